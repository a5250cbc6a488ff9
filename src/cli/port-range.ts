import { SealaneError } from '#kit/index.ts';

/** `10000-14999`, inclusive. @throws `cli/bad-port-range` */
export function portRange(text: string): { first: number; last: number } {
  const [, first = 0, last = 0] = (/^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (first < 1 || last > 65_535 || first > last) {
    throw new SealaneError('cli/bad-port-range', `read port range "${text}"`, { hint: 'such as 10000-14999' });
  }
  return { first, last };
}

/** @throws `cli/bad-port` */
export function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new SealaneError('cli/bad-port', `read port "${text}": 1 to 65535 is expected`);
  return port;
}
