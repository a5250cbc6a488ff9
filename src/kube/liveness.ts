/**
 * Notices a server that has fallen silent without closing its connections (a cut cable): when no watch of a connection has heard
 * anything for a while, one small question is asked; without an answer all its watches are given up and begin anew.
 */
import { type Clock, every } from '#kit/index.ts';
import type { Connection } from './connection.ts';

export interface Listener {
  /** Something arrived. */
  heard(): void;
  end(): void;
}

interface Liveness {
  add(onDead: () => void): Listener;
}

const QUIET_MS = 10_000;
const LOOK_MS = 5_000;
const ANSWER_MS = 3_000;

const known = new WeakMap<Connection, Liveness>();

/** @param onDead called once when the server does not answer */
export function listenTo(connection: Connection, clock: Clock, onDead: () => void): Listener {
  const liveness = known.get(connection) ?? createLiveness(connection, clock);
  known.set(connection, liveness);
  return liveness.add(onDead);
}

function createLiveness(connection: Connection, clock: Clock): Liveness {
  const listeners = new Set<() => void>();
  let lastHeard = clock.monotonic();
  let stop: (() => void) | undefined;

  async function look() {
    if (listeners.size === 0 || clock.monotonic() - lastHeard < QUIET_MS) return;
    if (await answers(connection)) lastHeard = clock.monotonic();
    else for (const onDead of listeners) onDead();
  }

  return {
    add(onDead) {
      if (listeners.size === 0) {
        lastHeard = clock.monotonic();
        stop = every(clock, LOOK_MS, look);
      }
      listeners.add(onDead);
      return {
        heard: () => {
          lastHeard = clock.monotonic();
        },
        end: () => {
          if (listeners.delete(onDead) && listeners.size === 0) stop?.();
        },
      };
    },
  };
}

/** Any answer is one, a refusal too. */
async function answers(connection: Connection): Promise<boolean> {
  try {
    const response = await connection.send({ path: '/version', timeoutMs: ANSWER_MS });
    response.resume();
    return true;
  } catch {
    // Whatever it was: nobody spoke to us.
    return false;
  }
}
