/** Gateways that answer or do not, for tests of the prober: time goes in steps, nothing is sent. */
import type { Verdict } from '#plan/index.ts';
import { advance, emptyProber, verdictsOf, withTargets } from './advance.ts';
import type { Heard, ProberState, ProbeTarget } from './model.ts';
import { targetKey } from './model.ts';
import { STEP_MS } from './pace.ts';

export const SELF = 'here';

export interface Links {
  /** One way there and one way back, milliseconds. */
  readonly tripMs?: number;
  /** Whether a datagram gets through at that time. */
  readonly passes: (target: ProbeTarget, at: number) => boolean;
  /** What TCP has seen. */
  readonly established?: (cluster: string, now: number) => number | undefined;
  /** How much longer than it should a step that begins then takes. */
  readonly stall?: (at: number) => number;
  readonly random?: () => number;
}

export interface Course {
  readonly state: ProberState;
  /** Whenever a verdict changed. */
  readonly changes: readonly { readonly at: number; readonly key: string; readonly verdict: Verdict }[];
  /** When which target was asked. */
  readonly asked: readonly { readonly at: number; readonly key: string }[];
}

export function gateways(count: number, cluster = (i: number): string => `c${i}`): ProbeTarget[] {
  return Array.from({ length: count }, (_, i) => ({
    cluster: cluster(i),
    gateway: `node${i}`,
    address: `192.0.2.${i + 1}`,
    port: 9959,
  }));
}

export function course(targets: readonly ProbeTarget[], untilMs: number, links: Links, from?: ProberState): Course {
  const { tripMs = 5, passes, established = () => undefined, stall = () => 0, random = () => 0.5 } = links;
  let state = from ?? withTargets(emptyProber(SELF, 0), targets);
  let coming: { id: number; at: number }[] = [];
  const changes: Course['changes'][number][] = [];
  const asked: Course['asked'][number][] = [];
  let said = new Map<string, Verdict>(flat(state));
  for (let now = state.at + STEP_MS; now <= untilMs; now += STEP_MS + stall(now)) {
    const answers = coming.filter(({ at }) => at <= now);
    coming = coming.filter(({ at }) => at > now);
    const heard: Heard = { now, answers, established: (cluster) => established(cluster, now), random };
    const step = advance(state, heard);
    state = step.state;
    for (const { id, target } of step.questions) {
      asked.push({ at: now, key: targetKey(target) });
      const arrives = passes(target, now + tripMs) && passes(target, now + 2 * tripMs);
      if (arrives) coming.push({ id, at: now + 2 * tripMs });
    }
    const now2 = new Map<string, Verdict>(flat(state));
    for (const [key, verdict] of now2) if (said.get(key) !== verdict) changes.push({ at: now, key, verdict });
    said = now2;
  }
  return { state, changes, asked };
}

function flat(state: ProberState): [string, Verdict][] {
  return Object.entries(verdictsOf(state)).flatMap(([cluster, of]) =>
    Object.entries(of).map(([address, verdict]): [string, Verdict] => [targetKey({ cluster, address }), verdict]),
  );
}
