import { type Clock, SealaneError } from '#kit/index.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** From now on, as `90s`, `5m`, `2h`, `1d`, or a time as RFC 3339 writes it. @returns milliseconds since 1970. @throws `cli/bad-deadline` */
export function deadline(text: string, clock: Clock): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return clock.now() + Number(amount) * (UNIT_MS[unit] ?? 0);
  const isTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text);
  const time = isTime ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new SealaneError('cli/bad-deadline', `read --deadline "${text}"`, {
    hint: 'such as 90s, 5m, 2h, or 2030-01-31T12:00:00Z',
  });
}
