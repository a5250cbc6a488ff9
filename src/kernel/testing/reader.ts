/** A thread that has a program read the shared word over and over until told to stop. */
import { parentPort, workerData } from 'node:worker_threads';
import { Command, call } from '../bpf-call.ts';
import { checked } from '../faults.ts';
import { progTestRun } from '../test-run.ts';

const { programId, stop } = workerData as { programId: number; stop: Int32Array };
const fd = checked(call(Command.ProgramById, programId), 'kernel/test-run', 'open the program');
parentPort?.postMessage('reading');
while (Atomics.load(stop, 0) === 0) {
  progTestRun({ name: 'reads', section: 'tc', fd, attachType: 0 }, Buffer.alloc(64), { repeat: 20_000 });
}
parentPort?.postMessage('done');
