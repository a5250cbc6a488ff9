import { SealaneError } from '#kit/index.ts';
import type { KubeletConfig } from './config.ts';

/** Runs until the signal fires (default: SIGTERM or SIGINT). */
export async function runKubelet(config: KubeletConfig, signal?: AbortSignal): Promise<void> {
  throw new SealaneError('kubelet/not-yet', 'run', { fields: { config, signal } });
}
