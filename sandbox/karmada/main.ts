import { SealaneError } from '#kit/index.ts';
import type { PropagationConfig } from './config.ts';

/** Runs until the signal fires (default: SIGTERM or SIGINT). */
export async function runPropagation(config: PropagationConfig, signal?: AbortSignal): Promise<void> {
  throw new SealaneError('karmada/not-yet', 'run', { fields: { config, signal } });
}
