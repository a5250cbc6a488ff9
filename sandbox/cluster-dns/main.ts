import { SealaneError } from '#kit/index.ts';
import type { ClusterDnsConfig } from './config.ts';

/** Runs until the signal fires (default: SIGTERM or SIGINT). */
export async function runClusterDns(config: ClusterDnsConfig, signal?: AbortSignal): Promise<void> {
  throw new SealaneError('cluster-dns/not-yet', 'run', { fields: { config, signal } });
}
