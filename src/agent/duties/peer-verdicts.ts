/**
 * What this cluster's gateways found out about those of other members: the own one's from its prober's file, at once, the others' from
 * their Leases. A Lease that does not change any more has no say. What was agreed last holds while nobody knows, and as long as this
 * cluster has a gateway.
 */
import {
  AGENT_LEASE_EXPIRY_MS,
  agentLeaseName,
  ANNOTATION_VERDICTS,
  LABEL_GATEWAY,
  type Lease,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import { type Clock, every, type Log } from '#kit/index.ts';
import type { Cache } from '#kube/index.ts';
import { agreed, readVerdicts, type Verdicts } from '#plan/index.ts';
import { JsonFile } from '../json-file.ts';
import { followFile, parseReport, readVerdictsFile } from '../prober/files.ts';

export interface PeerVerdictsOptions {
  readonly node: string;
  /** Of this cluster's gateways. */
  readonly leases: Pick<Cache<Lease>, 'list' | 'onChange' | 'synced'>;
  /** The own prober's, on a gateway. */
  readonly reportPath: string | undefined;
  /** What was agreed, for `sealane trace` and for the next agent. */
  readonly agreedPath: string;
  /** Why the own prober cannot ask anybody; undefined when it can again. */
  readonly onProblem: (problem: string | undefined) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const REPORT_MS = 50;
const AGAIN_MS = 1000;

export class PeerVerdicts {
  readonly #options: PeerVerdictsOptions;
  readonly #file: JsonFile<Verdicts>;
  readonly #changedAt = new Map<string, number>();
  readonly #listeners: (() => void)[] = [];
  readonly #stops: (() => void)[];
  #own: Verdicts | undefined;
  #agreed: Verdicts;
  #problem: string | undefined;

  constructor(options: PeerVerdictsOptions) {
    const { leases, reportPath, agreedPath, clock } = options;
    this.#options = options;
    this.#file = new JsonFile(agreedPath);
    this.#agreed = readVerdictsFile(agreedPath);
    this.#stops = [
      leases.onChange(({ key }) => {
        this.#changedAt.set(key, clock.monotonic());
        this.#agree();
      }),
      every(clock, AGAIN_MS, () => this.#agree()),
      ...(reportPath === undefined ? [] : [followFile(reportPath, REPORT_MS, clock, (text) => this.#heardOwn(text))]),
    ];
    this.#agree();
  }

  /** What the gateways of this cluster agree on. */
  get current(): Verdicts {
    return this.#agreed;
  }

  /** What this gateway says; undefined while it has said nothing. */
  get own(): Verdicts | undefined {
    return this.#own;
  }

  /** Called after either has changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #heardOwn(text: string): void {
    const { verdicts, problem } = parseReport(text);
    if (problem !== this.#problem) this.#options.onProblem(problem);
    this.#problem = problem;
    this.#own = verdicts;
    this.#agree();
    this.#tell();
  }

  #agree(): void {
    const { leases, node, reportPath } = this.#options;
    if (!leases.synced) return;
    const all = leases.list();
    const others = all.filter((lease) => lease.metadata.name !== agentLeaseName(node) && this.#isFresh(lease));
    // Without any gateway nobody would ever say that one is up again.
    const before = all.length === 0 && reportPath === undefined ? {} : this.#agreed;
    const votes = [...(this.#own ? [this.#own] : []), ...others.flatMap(votesOf)];
    const next = agreed(votes, before);
    if (JSON.stringify(next) === JSON.stringify(this.#agreed)) return;
    this.#agreed = next;
    this.#file.write(next);
    this.#options.log.info({ verdicts: next }, 'gateways of other members are seen anew');
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #isFresh({ metadata }: Lease): boolean {
    const now = this.#options.clock.monotonic();
    const key = `${metadata.namespace}/${metadata.name}`;
    if (!this.#changedAt.has(key)) this.#changedAt.set(key, now);
    return now - (this.#changedAt.get(key) ?? now) < AGENT_LEASE_EXPIRY_MS;
  }
}

/** Where gateways say what they found out. */
export const GATEWAY_LEASES = { namespace: SYSTEM_NAMESPACE, labelSelector: `${LABEL_GATEWAY}=true` } as const;

/** What a gateway says in its Lease. @returns none, or one */
export function votesOf({ metadata }: Lease): Verdicts[] {
  const text = metadata.annotations?.[ANNOTATION_VERDICTS];
  if (text === undefined) return [];
  try {
    return [readVerdicts(JSON.parse(text))];
  } catch {
    return []; // somebody wrote over it: its agent writes it again
  }
}
