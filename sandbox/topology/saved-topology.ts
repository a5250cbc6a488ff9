/** A topology as the state folder keeps it: JSON, ranges as people write them. */
import { cidr, formatRange, type Range } from '#kit/index.ts';
import type { Topology } from './model.ts';

export function topologyText(topology: Topology): string {
  return `${JSON.stringify(topology, (_, value: unknown) => (isRange(value) ? formatRange(value) : value), 2)}\n`;
}

/** @param text as `topologyText` wrote it */
export function savedTopology(text: string): Topology {
  return JSON.parse(text, (key, value: unknown) => (areRanges(key, value) ? value.map(cidr) : value)) as Topology;
}

function isRange(value: unknown): value is Range {
  return typeof value === 'object' && value !== null && 'prefixLength' in value;
}

function areRanges(key: string, value: unknown): value is string[] {
  return Array.isArray(value) && (key === 'wans' || key === 'lans' || key.endsWith('Ranges'));
}
