/** One run: what the scenario says, the invariants at every step, and in the end whether everything has come to what is true. */
import type { Log } from '#kit/index.ts';
import { addressesStay, lanesAreWritten } from '../invariants/addresses.ts';
import { callsAreServed } from '../invariants/calls-are-served.ts';
import { differences } from '../invariants/converged.ts';
import { comesToRest } from '../invariants/comes-to-rest.ts';
import { importsStay } from '../invariants/imports-stay.ts';
import type { Invariant, Watched } from '../invariants/invariant.ts';
import { lanesRest } from '../invariants/lanes-rest.ts';
import { oneLeader, oneWriter } from '../invariants/one-leader.ts';
import { rightService } from '../invariants/right-service.ts';
import { wrongVerdict } from '../probes/verdicts-right.ts';
import { doDeed } from '../steps/do-deed.ts';
import { doFault, noDamage } from '../steps/do-fault.ts';
import { earlierMember } from '../steps/earlier-member.ts';
import { heal } from '../steps/heal.ts';
import type { Scenario } from '../steps/scenario.ts';
import { isDeed, stepText } from '../steps/step.ts';
import type { SimProcess } from '../world/process.ts';
import { World } from '../world/world.ts';

export interface Outcome {
  readonly seed: string;
  /** Undefined: everything held. */
  readonly violation: Violation | undefined;
  /** The same for the same run. */
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: number;
  /** From the end of the faults until everything was as it should be, milliseconds of virtual time. */
  readonly convergedAfterMs: number | undefined;
}

export interface Violation {
  readonly invariant: string;
  readonly what: string;
  readonly at: number;
  /** Of the trace, the last lines. */
  readonly trace: readonly string[];
}

export interface RunOptions {
  readonly onLine?: (line: string) => void;
  readonly log?: (process: SimProcess) => Log;
}

const INVARIANTS = [
  rightService,
  callsAreServed,
  addressesStay,
  lanesAreWritten,
  lanesRest,
  importsStay,
  oneLeader,
  oneWriter,
  comesToRest,
];

/** Until then all must have come right: a watch that was not told of its end takes 95 s, a Lease 15, an agent's 40. */
const CONVERGE_MS = 150_000;
const LOOK_MS = 2_500;
const LINES = 60;

export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<Outcome> {
  const { seed, members, nodes, replicas, lanePorts, calm, earlier } = scenario;
  const rewrites = Object.fromEntries(earlier.map((name) => [name, earlierMember]));
  const world = new World({ seed, members, nodes, replicas, lanePorts, calm, earlier: rewrites, ...options });
  const watched: Watched = { world, scenario, damage: noDamage() };
  const invariants = INVARIANTS.map((make) => make(watched));
  let violation = misjudged(seed);
  const held = () => {
    violation ??= broken(invariants, world);
    return violation !== undefined;
  };
  scheduleSteps(watched);
  void world.start();
  await world.time.run(scenario.endsAt, held);
  heal(world);
  let convergedAfterMs: number | undefined;
  let left: readonly string[] = ['nothing was looked at'];
  for (let ms = LOOK_MS; !violation && ms <= CONVERGE_MS; ms += LOOK_MS) {
    await world.time.run(scenario.endsAt + ms, held);
    left = differences(watched);
    if (left.length === 0) convergedAfterMs = ms;
    if (left.length === 0) break;
  }
  if (convergedAfterMs === undefined)
    violation ??= {
      invariant: 'converges',
      what: left.slice(0, 4).join('\n'),
      at: world.time.now,
      trace: world.trace.last(LINES),
    };
  world.end();
  return {
    seed,
    violation,
    hash: world.trace.hash,
    events: world.trace.count,
    virtualMs: world.time.now,
    convergedAfterMs,
  };
}

/** Probes have links and time of their own. */
function misjudged(seed: string): Violation | undefined {
  const wrong = wrongVerdict(seed);
  const lines = wrong?.troubles.map(({ from, to, own = 'any', peer = 'anybody', isLossy }) => {
    return `${from}-${to} ms: ${isLossy ? 'losses' : 'cut'} between gateway ${own} and ${peer}`;
  });
  return wrong && { invariant: 'verdicts are right', what: wrong.what, at: wrong.at, trace: lines ?? [] };
}

function broken(invariants: readonly Invariant[], world: World): Violation | undefined {
  for (const { name, check } of invariants) {
    const what = check();
    if (what) return { invariant: name, what, at: world.time.now, trace: world.trace.last(LINES) };
  }
  return undefined;
}

function scheduleSteps({ world, scenario, damage }: Watched): void {
  for (const step of scenario.steps)
    world.time.after(step.at, () => {
      world.trace.note(`* ${stepText(step)}`);
      if (isDeed(step)) void doDeed(world, step);
      else doFault(world, damage, step);
    });
}
