/** How numbers are written in tables and pages. Pure. */
import type { Summary } from './statistics.ts';

/** Three significant digits, thousands apart: 0.985, 12.3, 48,200. */
export function digits(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(3));
  return size >= 1000 ? Math.round(rounded).toLocaleString('en') : String(rounded);
}

/** Three decimals, since differences of a per cent matter. */
export function ratio(value: number): string {
  return value < 10 ? value.toFixed(value < 2 ? 3 : 2) : digits(value);
}

export type Format = (value: number) => string;

/** Minimum, quartiles and maximum. */
export function spread({ min, q1, q3, max }: Summary, format: Format = digits): string {
  return `${format(min)} [${format(q1)}, ${format(q3)}] ${format(max)}`;
}
