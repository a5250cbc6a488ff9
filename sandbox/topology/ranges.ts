/** Which ranges a cluster has: those that are written, else the usual ones of its families. Pure. */
import { cidr, type Family, type Range } from '#kit/index.ts';
import { type PerFamily, perFamily } from './per-family.ts';
import type { Path, Report } from './schema.ts';

const USUAL = {
  podRange: { IPv4: '10.244.0.0/16', IPv6: 'fd00:10:244::/56' },
  serviceRange: { IPv4: '10.96.0.0/16', IPv6: 'fd00:10:96::/112' },
  vipRange: { IPv4: '240.10.0.0/16', IPv6: 'fd00:240:10::/112' },
  lan: { IPv4: '10.77.0.0/24', IPv6: 'fd00:10:77::/64' },
  wan: { IPv4: '172.30.77.0/24', IPv6: 'fd00:172:30:77::/64' },
} as const;

export type Field = keyof typeof USUAL;

const FIELDS = Object.keys(USUAL) as Field[];

export function usualRange(field: Field, family: Family): Range {
  return cidr(USUAL[field][family]);
}

/** @param written whatever the file says, of any family */
export function chosenRanges(
  field: Field,
  written: readonly Range[] | undefined,
  families: PerFamily<Family>,
  path: Path,
  report: Report,
): PerFamily<Range> {
  return perFamily(families, (family) => {
    const found = written?.find((range) => range.family === family);
    if (written && !found) report(path, `has no ${family} range, but the families are ${families.join(', ')}`);
    return found ?? usualRange(field, family);
  });
}

/** A range of a family that nobody has would be left out in silence. */
export function reportUnused(
  values: { readonly [F in Field]?: readonly Range[] },
  families: readonly Family[],
  path: Path,
  report: Report,
): void {
  for (const field of FIELDS) {
    const unused = values[field]?.find(({ family }) => !families.includes(family));
    if (unused) report([...path, field], `has an ${unused.family} range, but the families are ${families.join(', ')}`);
  }
}
