/** A gateway dies, again and again, under new connections and kept ones; only the caller's kernel takes part. */
import type { Failover } from '../report/results.ts';
import { EJECTED_MS, VIP_PORT, VIPS } from '../stage/wires.ts';
import type { Context } from './context.ts';
import { now, type Observation, type Observed, observe } from './observed.ts';

const RATE = 200;
const KEPT = 16;
const FAULTS = 50;
/** Longer than anything is allowed to take, shorter than an ejection: whoever tries again afterwards finds it alive. */
const DEAD_MS = Math.min(1_200, EJECTED_MS - 300);
/** Both gateways answered within this long. */
const LATELY_MS = 300;

interface Fault {
  readonly died: number;
  readonly healed: number;
}

export async function measureFailover(context: Context): Promise<Failover> {
  const stage = await context.stage();
  const faults = context.size.quick ? 3 : FAULTS;
  const words = `to=${VIPS.twoGateways}:${VIP_PORT} rate=${RATE} kept=${KEPT} interval=20`;
  await using observation = await observe(stage, words, stage.hooked);
  const seen: Fault[] = [];
  for (let i = 0; i < faults; i++) {
    context.signal.throwIfAborted();
    context.say(`failover, fault ${i + 1} of ${faults}`);
    await observation.until('both gateways to answer', () => bothAnswer(observation.all));
    seen.push(await kill(stage.lanes[i % 2 === 0 ? 'lane' : 'lane2'], observation));
  }
  await observation.until('the last connections to end', () => now() > (seen.at(-1)?.healed ?? 0) + 1000);
  return { rate: RATE, ...judge(observation.all, seen) };
}

function bothAnswer(all: readonly Observed[]): boolean {
  const since = now() - LATELY_MS;
  const lately = all.slice(-400).filter(({ kind, errno, begun }) => kind === 'new' && errno === 0 && begun > since);
  return new Set(lately.map(({ by }) => by.split('.')[1])).size === 2;
}

async function kill(gateway: { setDead(dead: boolean): void }, observation: Observation): Promise<Fault> {
  gateway.setDead(true);
  const died = now();
  try {
    await observation.until('the fault to last', () => now() > died + DEAD_MS);
  } finally {
    gateway.setDead(false);
  }
  return { died, healed: now() };
}

/** Pure. */
export function judge(all: readonly Observed[], faults: readonly Fault[]): Omit<Failover, 'rate'> {
  const judged = faults.map((fault) => judgeOne(all, fault));
  return {
    faults: faults.length,
    recovered: judged.flatMap(({ recovered }) => recovered),
    inFlight: judged.flatMap(({ inFlight }) => inFlight),
    kept: judged.flatMap(({ kept }) => kept),
    failedConnects: judged.reduce((sum, { inFlight }) => sum + inFlight.length, 0),
    connects: all.filter(({ kind }) => kind === 'new').length,
  };
}

/** What was answered late waited as well as what failed. */
const LATE_MS = 100;

function judgeOne(all: readonly Observed[], { died, healed }: Fault) {
  const hit = all.filter(
    ({ begun, ended, errno }) =>
      begun < healed && ended > died && (errno !== 0 || ended - Math.max(begun, died) > LATE_MS),
  );
  const connects = hit.filter(
    ({ kind, connected }) => kind === 'new' && (connected === 0 || connected > died + LATE_MS),
  );
  const begunLast = Math.max(died, ...connects.map(({ begun }) => begun));
  return {
    recovered: begunLast - died,
    inFlight: connects.map(({ begun, ended }) => ended - Math.max(begun, died)),
    kept: hit
      .filter((one) => !connects.includes(one))
      .map(({ begun, connected, ended }) => ended - Math.max(begun, connected, died)),
  };
}
