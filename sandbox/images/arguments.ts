/** Reading a small program's options: node's own parser, so that nothing else is loaded into a pod. */
import { SealaneError } from '#kit/index.ts';

/** @throws `images/bad-option` unless it is a whole number not below `least` */
export function wholeNumber(name: string, text: string | undefined, fallback: number, least = 0): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new SealaneError('images/bad-option', `read --${name} "${text}": not a whole number from ${least} on`);
}
