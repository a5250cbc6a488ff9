// Loaded into a process by --import: notes the longest stalls of its event loop, milliseconds, in the file named by LOOP_DELAY.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const watched = process.argv.includes('agent'); // not what it starts
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
setInterval(() => {
  if (!watched) return;
  const line = { maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6, heapMiB: process.memoryUsage().heapUsed / 2 ** 20 };
  writeFileSync(process.env.LOOP_DELAY, JSON.stringify(line));
}, 200).unref();
process.on('SIGUSR2', () => delay.reset());
