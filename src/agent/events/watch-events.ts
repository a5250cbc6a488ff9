/**
 * `sealane watch`: what happens in the kernel, as it happens. Nothing is written there while nobody watches, and a watcher that dies
 * ends its watch by saying no more: no agent takes part.
 */
import { tryMachineLock } from '#host/index.ts';
import { type Clock, SealaneError, sleep } from '#kit/index.ts';
import { agentsWith } from '../bpf/describe-bpf.ts';
import type { Registration } from '../duties/register.ts';
import { AgentEvents, LIFE_MS, type Untold, type Wish } from './agent-events.ts';
import type { NamedEvent } from './named-event.ts';

export interface WatchQuestion extends Wish {
  /** Part of the pin directory, to choose among the agents of this machine. */
  readonly within?: string;
  /** Only events of this namespace, of this service (`name` or `namespace/name`), that this cluster serves. */
  readonly namespace?: string;
  readonly service?: string;
  readonly cluster?: string;
  /** End after so many, or after so long; absent: when the signal fires. */
  readonly count?: number;
  readonly durationMs?: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly onEvent: (event: NamedEvent) => void;
  /** Told again when there is more. */
  readonly onUntold: (untold: Untold) => void;
}

export interface WatchSummary extends Untold {
  readonly events: number;
  /** How long nobody watched because this process was held up. */
  readonly heldUpMs: number;
}

const LOOK_MS = 20;
const RENEW_MS = 1000;

/** @throws `agent/no-such-agent`, `agent/watched-already`, and as `AgentEvents` */
export async function watchEvents({ within = '', ...question }: WatchQuestion): Promise<WatchSummary> {
  return watchAgents(agentsWith(within), question);
}

/** @throws `agent/watched-already`, and as `AgentEvents`; nobody watches then */
export async function watchAgents(
  agents: readonly Registration[],
  question: Omit<WatchQuestion, 'within'>,
): Promise<WatchSummary> {
  await using open = new AsyncDisposableStack();
  const sources: AgentEvents[] = [];
  for (const agent of agents) {
    open.use(await lockOf(agent));
    const source = new AgentEvents(agent, question, question.clock);
    open.defer(() => source.end());
    sources.push(source);
  }
  await Promise.all(sources.map((source) => waitForOthers(source, question)));
  return await follow(sources, question);
}

/** A ring has one reader. */
async function lockOf(agent: Registration): Promise<AsyncDisposable> {
  const lock = await tryMachineLock(`watch${agent.pinDir}`);
  if (lock) return lock;
  throw watchedAlready(agent);
}

/** What a killed watcher left on ends within its time; what goes on after it is watched from another network namespace. */
async function waitForOthers(source: AgentEvents, { clock, signal }: Pick<WatchQuestion, 'clock' | 'signal'>) {
  const last = source.othersLast();
  if (last === 0) return;
  await sleep(clock, Math.min(last, LIFE_MS), signal);
  if (!signal.aborted && source.othersLast() > 0) throw watchedAlready(source.agent);
}

function watchedAlready({ cluster, node }: Registration): SealaneError {
  return new SealaneError('agent/watched-already', `watch ${cluster}/${node}: somebody else does`, {
    hint: 'one watcher a node; end the other `sealane watch`, or name another agent by --name',
  });
}

async function follow(sources: readonly AgentEvents[], question: Omit<WatchQuestion, 'within'>): Promise<WatchSummary> {
  const { clock, signal, durationMs = Infinity } = question;
  const end = clock.monotonic() + durationMs;
  const tally = new Tally(sources, question);
  let renewAt = clock.monotonic() + RENEW_MS;
  for (const source of sources) source.begin();
  for (;;) {
    const isLast = signal.aborted || clock.monotonic() >= end;
    if (tally.take() || isLast) return tally.close();
    if (clock.monotonic() >= renewAt) {
      tally.renew();
      renewAt = clock.monotonic() + RENEW_MS;
    }
    await sleep(clock, Math.min(LOOK_MS, Math.max(0, end - clock.monotonic())), signal);
  }
}

/** What was told so far, and what was not. */
class Tally {
  readonly #sources: readonly AgentEvents[];
  readonly #question: Omit<WatchQuestion, 'within'>;
  #events = 0;
  #heldUpMs = 0;
  #untold: Untold = { lost: 0, heldBack: 0 };

  constructor(sources: readonly AgentEvents[], question: Omit<WatchQuestion, 'within'>) {
    this.#sources = sources;
    this.#question = question;
  }

  /** Tells of what has happened. @returns whether that is enough */
  take(): boolean {
    const { count = Infinity, onEvent } = this.#question;
    for (const event of wanted(this.#sources, this.#question)) {
      onEvent(event);
      if (++this.#events >= count) return true;
    }
    return false;
  }

  renew(): void {
    this.#heldUpMs += Math.max(...this.#sources.map((source) => source.renew()));
    const untold = untoldBy(this.#sources);
    if (untold.lost > this.#untold.lost || untold.heldBack > this.#untold.heldBack) this.#question.onUntold(untold);
    this.#untold = untold;
  }

  close(): WatchSummary {
    return { ...untoldBy(this.#sources), events: this.#events, heldUpMs: this.#heldUpMs };
  }
}

function* wanted(sources: readonly AgentEvents[], filter: Pick<WatchQuestion, 'namespace' | 'service' | 'cluster'>) {
  for (const source of sources) for (const event of source.read()) if (isWanted(event, filter)) yield event;
}

/** By name; whose name nobody knows is told of only where none is asked for. */
export function isWanted(
  event: Pick<NamedEvent, 'namespace' | 'service' | 'destinationCluster'>,
  { namespace, service, cluster }: Pick<WatchQuestion, 'namespace' | 'service' | 'cluster'>,
): boolean {
  if (namespace !== undefined && event.namespace !== namespace) return false;
  if (cluster !== undefined && event.destinationCluster !== cluster) return false;
  return service === undefined || event.service === service || `${event.namespace}/${event.service}` === service;
}

function untoldBy(sources: readonly AgentEvents[]): Untold {
  const all = sources.map((source) => source.untold());
  const sum = (what: keyof Untold) => all.reduce((total, one) => total + one[what], 0);
  return { lost: sum('lost'), heldBack: sum('heldBack') };
}
