import { closeSync } from 'node:fs';
import { Command, call } from './bpf-call.ts';
import { checked } from './faults.ts';

/** Counts runs and time of every program of the machine (about 20 ns a run) until the answer is disposed of. */
export function collectRunStats(): Disposable {
  const BPF_STATS_RUN_TIME = 0;
  const fd = checked(call(Command.EnableStats, BPF_STATS_RUN_TIME), 'kernel/stats', 'turn on BPF statistics');
  return { [Symbol.dispose]: () => closeSync(fd) };
}
