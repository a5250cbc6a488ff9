// Loaded into a process by --import: notes how its event loop stands still, milliseconds, in the file named by LOOP_DELAY: on the clock
// and as time of the processor, which other work on the machine does not lengthen. What is before the first list that is asked for is
// noted apart: Node reads the program and objects are loaded then, and nobody waits for the loop.
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';

const TICK_MS = 5;
const watched = process.argv.includes('agent') || process.argv.includes('member'); // not what it starts
const stalls = { startMs: 0, startCpuMs: 0, maxMs: 0, maxCpuMs: 0 };
let following = false;
let last = now();

setInterval(() => {
  const next = now();
  const [wall, cpu] = following ? ['maxMs', 'maxCpuMs'] : ['startMs', 'startCpuMs'];
  stalls[wall] = Math.max(stalls[wall], next.wall - last.wall - TICK_MS);
  stalls[cpu] = Math.max(stalls[cpu], next.cpu - last.cpu);
  last = next;
}, TICK_MS).unref();

// Counted from the next tick on: the request is sent in the turn that loaded the programs.
subscribe('http.client.request.start', ({ request }) => {
  if (!following && request.path.includes('limit=')) setTimeout(() => (following = true), TICK_MS * 2).unref();
});

setInterval(() => {
  if (!watched) return;
  const { user, system } = process.cpuUsage();
  const heapMiB = process.memoryUsage().heapUsed / 2 ** 20;
  writeFileSync(process.env.LOOP_DELAY, JSON.stringify({ ...stalls, heapMiB, cpuSeconds: (user + system) / 1e6 }));
}, 200).unref();

function now() {
  const { user, system } = process.threadCpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1e3 };
}
