import { createLog, systemClock } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import type { PropagationConfig } from './config.ts';
import { connectMembers } from './controllers/members.ts';
import { serve } from './controllers/serve.ts';

/** Runs until the signal fires (default: SIGTERM or SIGINT). */
export async function runPropagation(config: PropagationConfig, signal: AbortSignal = signalled()): Promise<void> {
  const clock = systemClock;
  const log = createLog('propagation', { sandbox: config.sandbox });
  const hub = createClient(readKubeconfig(config.kubeconfig), { clock });
  const members = connectMembers(config.members, clock);
  try {
    await serve({ hub, members, failover: config.failover ?? false, clock, log, signal });
  } finally {
    for (const client of [hub, ...[...members.values()].map((it) => it.client)]) client.close();
  }
}

function signalled(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort());
  return stopping.signal;
}
