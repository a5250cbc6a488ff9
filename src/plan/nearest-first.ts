import type { Exporter, Place, Tier } from './model.ts';
import { byText } from './order.ts';
import { partOf } from './place.ts';

/** Tiers by distance from the caller: own export, same zone, same region, the rest; equal per ready endpoint inside a tier. */
export function nearestFirst(
  exporters: readonly Exporter[],
  self: string,
  members: readonly Place[] = [],
): readonly Tier[] {
  const home = members.find(({ name }) => name === self) ?? ownPlace(exporters, self);
  const distances = exporters.map((exporter) => distance(exporter, self, home));
  return [0, 1, 2, 3]
    .map((wanted) => perReadyEndpoint(exporters.filter((_, i) => distances[i] === wanted)))
    .filter((tier) => tier.length > 0);
}

export function perReadyEndpoint(exporters: readonly Exporter[]): Tier {
  return exporters
    .map(({ cluster, ready }) => ({ cluster, weight: ready }))
    .toSorted((a, b) => byText(a.cluster, b.cluster));
}

function ownPlace(exporters: readonly Exporter[], self: string): Place | undefined {
  const own = exporters.find(({ cluster }) => cluster === self);
  return own && { name: self, region: own.region, zone: own.zone, group: own.group };
}

function distance(exporter: Exporter, self: string, home: Place | undefined): number {
  if (exporter.cluster === self) return 0;
  if (!home) return 3;
  const there = { ...exporter, name: exporter.cluster };
  if (partOf(there, 'region') !== partOf(home, 'region')) return 3;
  return partOf(there, 'zone') === partOf(home, 'zone') ? 1 : 2;
}
