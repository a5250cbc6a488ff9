import { SealaneError } from '#kit/index.ts';
import { describeErrno, Errno } from './errno.ts';

export interface FaultContext {
  readonly hint?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * The error of a call the kernel refused.
 * @param code of this room, `kernel/…`; EPERM and EACCES of an unprivileged process become `kernel/no-privileges`
 * @param what `operation subject`
 * @param answer -errno
 */
export function kernelFault(code: string, what: string, answer: number, context: FaultContext = {}): SealaneError {
  const errno = Math.abs(answer);
  const cause = new Error(describeErrno(errno));
  const fields = { ...context.fields, errno };
  if (isRefusalOfRights(errno) && !mayUseBpf()) {
    const hint = 'needs root, or CAP_BPF with CAP_NET_ADMIN and CAP_PERFMON';
    return new SealaneError('kernel/no-privileges', what, { cause, hint, fields });
  }
  return new SealaneError(code, what, { cause, hint: context.hint, fields });
}

/** The answer, or the error when it is negative. */
export function checked(answer: number, code: string, what: string, context: FaultContext = {}): number {
  if (answer < 0) throw kernelFault(code, what, answer, context);
  return answer;
}

function isRefusalOfRights(errno: number): boolean {
  return errno === Errno.EPERM || errno === Errno.EACCES;
}

function mayUseBpf(): boolean {
  return process.geteuid?.() === 0;
}
