import { cpus } from 'node:os';
import { sleep, systemClock } from '#kit/index.ts';

/** Share of all processors that is busy within the next `ms`, whoever it is. */
export async function busyShare(ms: number): Promise<number> {
  const [from, idle] = [performance.now(), idleMs()];
  await sleep(systemClock, ms);
  return Math.round((1 - (idleMs() - idle) / (performance.now() - from) / cpus().length) * 1000) / 1000;
}

/** The kernel measures this, and only samples at its ticks what processors do otherwise. */
function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
