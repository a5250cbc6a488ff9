/** Pods fall silent one after the other behind a gateway that lives: callers wait for a SYN, and nothing fails. */
import { nft } from '#host/index.ts';
import type { DeadPods } from '../report/results.ts';
import { VIP_PORT, VIPS } from '../stage/wires.ts';
import type { Context } from './context.ts';
import { now, observe } from './observed.ts';

const RATE = 200;
const FAULTS = 50;
const SILENT_MS = 600;
const SLOW_MS = 100;

const TABLE = `
table ip silence {
  set pods { type ipv4_addr; }
  chain in { type filter hook input priority 0; ip daddr @pods drop; }
}
`;

export async function measureDeadPods(context: Context): Promise<DeadPods> {
  const stage = await context.stage();
  const inPod = { namespace: stage.plan.pod };
  const { pods } = stage.plan.wires.lane;
  const faults = context.size.quick ? 3 : FAULTS;
  await nft(TABLE, inPod);
  try {
    await using observation = await observe(stage, `to=${VIPS.lane}:${VIP_PORT} rate=${RATE}`, stage.hooked);
    await observation.until('a first answer', () => observation.all.some(({ errno }) => errno === 0));
    for (let i = 0; i < faults; i++) {
      context.signal.throwIfAborted();
      context.say(`dead pods, fault ${i + 1} of ${faults}`);
      const pod = pods[i % pods.length] ?? '';
      await nft(`add element ip silence pods { ${pod} }`, inPod);
      const begun = now();
      await observation.until('the fault to last', () => now() > begun + SILENT_MS);
      await nft(`delete element ip silence pods { ${pod} }`, inPod);
    }
    const healed = now();
    await observation.until('the last connections to end', () => now() > healed + 1500);
    const connects = observation.all.filter(({ kind }) => kind === 'new');
    const took = connects.map(({ begun, ended }) => ended - begun);
    const failed = connects.filter(({ errno }) => errno !== 0).length;
    return { faults, connects: connects.length, failed, slow: took.filter((ms) => ms > SLOW_MS) };
  } finally {
    await nft('delete table ip silence', inPod);
  }
}
