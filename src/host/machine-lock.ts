/**
 * One at a time on this machine (in this network namespace). The lock is a listening socket with an abstract name: the kernel
 * lets it go when its holder dies, whatever it dies of.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type Clock, sleep, systemClock } from '#kit/index.ts';

const LOOK_EVERY_MS = 20;

/** Waits for its turn as long as it takes. */
export async function withMachineLock<T>(name: string, run: () => Promise<T>, clock: Clock = systemClock): Promise<T> {
  const lock = await take(`\0sealane/${name}`, clock);
  try {
    return await run();
  } finally {
    await release(lock);
  }
}

/** @returns undefined when somebody holds it */
export async function tryMachineLock(name: string): Promise<AsyncDisposable | undefined> {
  const lock = await tryTake(`\0sealane/${name}`);
  return lock && { [Symbol.asyncDispose]: () => release(lock) };
}

async function take(path: string, clock: Clock): Promise<Server> {
  for (;;) {
    const taken = await tryTake(path);
    if (taken) return taken;
    await sleep(clock, LOOK_EVERY_MS);
  }
}

async function tryTake(path: string): Promise<Server | undefined> {
  const server = createServer();
  server.listen(path);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

async function release(lock: Server): Promise<void> {
  lock.close();
  await once(lock, 'close');
}
