/** The gateways of one member: the product's probers over links that fail, and what each node agrees to out of everybody's Leases. */
import {
  advance,
  emptyProber,
  type ProbeTarget,
  type ProberState,
  STEP_MS,
  verdictsOf,
  withTargets,
} from '#agent/index.ts';
import { agreed, type Verdicts } from '#plan/index.ts';
import type { Random } from '../time/random.ts';
import { type Trouble, troublesOf } from './troubles.ts';

const SELF = 'here';
/** From one node to another through the API server. */
const LEASE_MS = { least: 100, most: 400 };
const ROUND_TRIP_MS = { least: 1, most: 40 };

export interface Links {
  /** Gateways of the own member. */
  readonly owns: number;
  readonly targets: readonly ProbeTarget[];
  readonly troubles: readonly Trouble[];
  readonly random: Random;
}

export class OwnGateway {
  readonly #links: Links;
  readonly #number: number;
  #state: ProberState;
  #coming: { readonly id: number; readonly at: number }[] = [];
  readonly #asked = new Map<string, number>();
  #said: Verdicts = {};
  readonly #leases: { readonly at: number; readonly verdicts: Verdicts }[] = [];
  /** What its node takes for true. */
  agreed: Verdicts = {};

  constructor(links: Links, number: number) {
    this.#links = links;
    this.#number = number;
    this.#state = withTargets(emptyProber(SELF, 0), links.targets);
  }

  probe(now: number): void {
    const { random } = this.#links;
    const answers = this.#coming.filter(({ at }) => at <= now);
    this.#coming = this.#coming.filter(({ at }) => at > now);
    const step = advance(this.#state, { now, answers, established: () => undefined, random: () => random.next() });
    this.#state = step.state;
    for (const { id, target } of step.questions)
      if (this.#passes(target, now)) this.#coming.push({ id, at: now + within(random, ROUND_TRIP_MS) });
    this.#say(verdictsOf(this.#state), now);
  }

  agree(others: readonly OwnGateway[], now: number): void {
    this.agreed = agreed([this.#said, ...others.map((one) => one.#heard(now))], this.agreed);
  }

  #passes({ address }: ProbeTarget, now: number): boolean {
    const count = (this.#asked.get(address) ?? 0) + 1;
    this.#asked.set(address, count);
    return troublesOf(this.#links.troubles, this.#number, address, now).every(
      ({ isLossy }) => isLossy && count % 3 === 0,
    );
  }

  #say(verdicts: Verdicts, now: number): void {
    if (JSON.stringify(verdicts) === JSON.stringify(this.#said)) return;
    this.#said = verdicts;
    const at = Math.max(this.#leases.at(-1)?.at ?? 0, now + within(this.#links.random, LEASE_MS));
    this.#leases.push({ at, verdicts });
  }

  #heard(now: number): Verdicts {
    return this.#leases.findLast(({ at }) => at <= now)?.verdicts ?? {};
  }
}

/** Each step, after it, until then. */
export function* steps(links: Links, untilMs: number) {
  const gateways = Array.from({ length: links.owns }, (_, number) => new OwnGateway(links, number));
  for (let now = STEP_MS; now <= untilMs; now += STEP_MS) {
    for (const gateway of gateways) gateway.probe(now);
    for (const gateway of gateways)
      gateway.agree(
        gateways.filter((one) => one !== gateway),
        now,
      );
    yield { now, agreed: gateways.map((gateway) => gateway.agreed) };
  }
}

function within(random: Random, { least, most }: { readonly least: number; readonly most: number }): number {
  return random.between(least, most);
}
