import { shareCounts, type Tier } from '#plan/index.ts';
import type { Difference, KernelBackend, KernelService, KernelShare, KernelTier, WantedService } from './model.ts';

/** Everything in which the kernel's tables are not what plan wants, by path. */
export function differencesOf(
  wanted: WantedService | undefined,
  kernel: KernelService | undefined,
): readonly Difference[] {
  if (!wanted && !kernel) return [];
  if (!wanted) return [{ path: 'vip', wanted: 'no entry', found: `service ${kernel?.index}` }];
  if (!kernel) return [{ path: 'vip', wanted: `${wanted.namespace}/${wanted.name}`, found: 'no entry' }];
  const tiers = wanted.compiled.compiled;
  const length = Math.max(tiers.length, kernel.tiers.length);
  return Array.from({ length }, (_, i) => inTier(i, tiers[i], kernel.tiers[i], wanted)).flat();
}

function inTier(
  i: number,
  wanted: Tier | undefined,
  found: KernelTier | undefined,
  service: WantedService,
): readonly Difference[] {
  const path = `tiers[${i}]`;
  if (!wanted || !found) return [{ path, wanted: namesOf(wanted), found: foundNames(found) }];
  return [...inShares(path, wanted, found), ...inBackends(path, wanted, found, service)];
}

/** Compared as ratios: 1:1 is 50:50. */
function inShares(path: string, wanted: Tier, found: KernelTier): readonly Difference[] {
  const [wants, has] = [
    shareCounts(wanted),
    shareCounts(found.shares.map((one) => ({ cluster: nameOf(one), weight: one.slots }))),
  ];
  const clusters = [...new Set([...wants, ...has].map(({ cluster }) => cluster))];
  return clusters.flatMap((cluster) => {
    const [want, have] = [sentence(wants, cluster), sentence(has, cluster)];
    return want === have ? [] : [{ path: `${path}.shares.${cluster}`, wanted: want, found: have }];
  });
}

function inBackends(path: string, wanted: Tier, found: KernelTier, { backends }: WantedService): readonly Difference[] {
  return wanted.flatMap(({ cluster }) => {
    const share = found.shares.find((one) => one.cluster === cluster);
    if (!share) return [];
    const [want, have] = [listOf(backends[cluster] ?? []), listOf(share.backends)];
    return want === have ? [] : [{ path: `${path}.backends.${cluster}`, wanted: want, found: have }];
  });
}

function sentence(tier: Tier, cluster: string): string {
  const sum = tier.reduce((all, { weight }) => all + weight, 0);
  const weight = tier.find((one) => one.cluster === cluster)?.weight ?? 0;
  return `${weight} of ${sum} slots`;
}

export function nameOf({ cluster, group }: KernelShare): string {
  return cluster ?? `group ${group} (of no known cluster)`;
}

export function endpointOf({ address, port }: KernelBackend): string {
  return `${address}:${port}`;
}

function listOf(backends: readonly KernelBackend[]): string {
  return backends.map(endpointOf).toSorted().join(', ') || 'none';
}

function namesOf(tier: Tier | undefined): string {
  return tier?.map(({ cluster }) => cluster).join(', ') ?? 'no tier';
}

function foundNames(tier: KernelTier | undefined): string {
  return tier?.shares.map(nameOf).join(', ') ?? 'no tier';
}
