/** What a program in a pod knows of where it is: the kubelet's environment variables. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** In the pod's folder; while it is there, no container of the pod is ready. */
export const NOT_READY_FILE = 'not-ready';

export interface Surroundings {
  readonly cluster: string;
  readonly pod: string;
  /** One of each family, the primary one first. */
  readonly addresses: readonly string[];
  readonly notReadyFile: string;
}

export function surroundings(env: NodeJS.ProcessEnv = process.env): Surroundings {
  return {
    cluster: env['SEALANE_SANDBOX_CLUSTER'] ?? '-',
    pod: env['HOSTNAME'] ?? hostname(),
    addresses: (env['SEALANE_SANDBOX_POD_IPS'] ?? '').split(',').filter(Boolean),
    notReadyFile: join(env['SEALANE_SANDBOX_POD_DIR'] ?? '/tmp', NOT_READY_FILE),
  };
}

/** One line that tells who answered whom. @param client its address; in its mapped form when the socket is of both families */
export function answerLine({ cluster, pod, addresses }: Surroundings, client: string): string {
  const from = client.replace(/^::ffff:/, '');
  const own = addresses.find((address) => isIP(address) === isIP(from)) ?? addresses[0] ?? '-';
  return `cluster=${cluster} pod=${pod} ip=${own} client=${from}\n`;
}
