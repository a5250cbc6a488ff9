/** A caller's agents are down for a minute, and a cluster's gateways die in the second half of it. */
import { sleep, systemClock } from '#kit/index.ts';
import type { Blind } from '../../report/results.ts';
import type { Context } from '../context.ts';
import { call, type Sandbox } from './sandbox.ts';

const RATE = 200;
const SECONDS = 60;
const DEATH_AFTER_MS = 3_000;

export async function measureBlind(context: Context, sandbox: Sandbox): Promise<Blind> {
  const half = (context.size.quick ? 10 : SECONDS) / 2;
  await sandbox.command(['fault', 'stop', 'agent/cluster-2']);
  try {
    context.say(`no agents, ${half} s of calls`);
    const alone = await call(sandbox, RATE, RATE * half);
    context.signal.throwIfAborted();
    context.say(`no agents and a dying gateway, ${half} s of calls`);
    const calling = call(sandbox, RATE, RATE * half);
    await Promise.race([calling, sleep(systemClock, DEATH_AFTER_MS)]);
    await sandbox.command(['fault', 'cut', 'cluster-1']);
    const then = await calling;
    return {
      seconds: 2 * half,
      calls: alone.count + then.count,
      failedBeforeDeath: alone.failed,
      failed: alone.failed + then.failed,
      failures: { ...alone.failures, ...then.failures },
    };
  } finally {
    await sandbox.command(['fault', 'heal', 'all']);
  }
}
