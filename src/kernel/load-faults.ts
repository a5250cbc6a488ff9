import { SealaneError } from '#kit/index.ts';
import { describeErrno, Errno } from './errno.ts';
import { kernelFault } from './faults.ts';
import { type Refusal, refusalIn } from './verifier-log.ts';

const LINES_SHOWN = 12;

/** Why libbpf could not read an object file. */
export function openFault(path: string, answer: number, log: string): SealaneError {
  const fields = { errno: Math.abs(answer), log };
  const cause = new Error(lastLines(log) || describeErrno(answer));
  const hint = 'compile it again with tools/build-bpf.sh';
  return new SealaneError('kernel/object-broken', `read ${path}`, { cause, hint, fields });
}

/** Why the kernel did not take an object: the end of the verifier's log says it, where the verifier spoke. */
export function loadFault(object: string, answer: number, log: string): SealaneError {
  const what = `load ${object} into the kernel`;
  const spoke = log.includes('PROG LOAD LOG');
  if (!spoke && Math.abs(answer) === Errno.EPERM) {
    const hint = 'needs root, or CAP_BPF with CAP_NET_ADMIN and CAP_PERFMON';
    const fields = { errno: Errno.EPERM, log };
    return new SealaneError('kernel/no-privileges', what, { cause: new Error(describeErrno(answer)), hint, fields });
  }
  if (!spoke) return kernelFault('kernel/load', what, answer, { hint: lastLines(log) || undefined, fields: { log } });
  const refusal = refusalIn(log);
  const cause = new Error(`${describeErrno(answer)}; the verifier said: ${spoken(refusal)}\n${lastLines(log)}`);
  return new SealaneError('kernel/verifier', what, { cause, fields: { errno: Math.abs(answer), ...refusal, log } });
}

function spoken(refusal: Refusal | undefined): string {
  if (!refusal) return '';
  return refusal.source ? `${refusal.reason}, at: ${refusal.source}` : refusal.reason;
}

function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
}
