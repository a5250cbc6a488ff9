import { SealaneError } from '#kit/index.ts';

/** A whole number of seconds. @throws `cli/bad-duration` */
export function seconds(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new SealaneError('cli/bad-duration', `read "${text}": not a number of seconds`);
}
