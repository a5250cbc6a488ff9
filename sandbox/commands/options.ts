/** Options that several commands share. */
import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { SealaneError } from '#kit/index.ts';
import { DEFAULT_NAME } from '#sandbox/topology/index.ts';

export function nameOption(): Option {
  return new Option('--name <name>', 'which sandbox, if there are several').default(DEFAULT_NAME);
}

export function contextOption(): Option {
  return new Option('--context <context>', 'hub, or a cluster').default('hub');
}

/** Written by `up` for each process. @throws `sandbox/bad-config` */
export function readConfig<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw new SealaneError('sandbox/bad-config', `read ${file}`, { cause });
  }
}
