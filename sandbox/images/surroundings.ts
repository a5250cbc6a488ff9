/** What a program in a pod knows of where it is: the kubelet's environment variables. */
import { hostname } from 'node:os';
import { join } from 'node:path';

/** In the pod's folder; while it is there, no container of the pod is ready. */
export const NOT_READY_FILE = 'not-ready';

export interface Surroundings {
  readonly cluster: string;
  readonly pod: string;
  readonly address: string;
  readonly notReadyFile: string;
}

export function surroundings(env: NodeJS.ProcessEnv = process.env): Surroundings {
  return {
    cluster: env['SEALANE_SANDBOX_CLUSTER'] ?? '-',
    pod: env['HOSTNAME'] ?? hostname(),
    address: env['SEALANE_SANDBOX_POD_IP'] ?? '-',
    notReadyFile: join(env['SEALANE_SANDBOX_POD_DIR'] ?? '/tmp', NOT_READY_FILE),
  };
}

/** One line that tells who answered whom. */
export function answerLine({ cluster, pod, address }: Surroundings, client: string): string {
  return `cluster=${cluster} pod=${pod} ip=${address} client=${client}\n`;
}
