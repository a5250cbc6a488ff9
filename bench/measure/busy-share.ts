import { cpus } from 'node:os';
import { sleep, systemClock } from '#kit/index.ts';

/** Share of all processors that is busy within the next `ms`, whoever it is. */
export async function busyShare(ms: number): Promise<number> {
  const before = spent();
  await sleep(systemClock, ms);
  const after = spent();
  const all = after.all - before.all;
  return all === 0 ? 0 : Math.round((1 - (after.idle - before.idle) / all) * 1000) / 1000;
}

function spent(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((one) => one.times);
  const sum = (of: (time: (typeof times)[number]) => number) => times.reduce((total, time) => total + of(time), 0);
  return {
    idle: sum(({ idle }) => idle),
    all: sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq),
  };
}
