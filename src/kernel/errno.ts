import { getSystemErrorMap } from 'node:util';
import { errnoText } from './native.ts';

/** The numbers this room decides by; the same on x64 and arm64. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  ENOLINK: 67,
  EOPNOTSUPP: 95,
  ESTALE: 116,
  /** Of the kernel itself, without a text in libc. */
  ENOTSUPP: 524,
} as const;

/** `EPERM: Operation not permitted` @param answer an errno or -errno */
export function describeErrno(answer: number): string {
  const errno = Math.abs(answer);
  const known = getSystemErrorMap().get(-errno);
  const text = errnoText(errno);
  return known ? `${known[0]}: ${text}` : `errno ${errno}: ${text}`;
}
