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

/**
 * A group without backends does not say whose it is: it is taken for that of a cluster which should have none, so that "nothing to
 * call there" on both sides is no difference.
 */
function withEmptyGroupsNamed(found: KernelTier, wanted: Tier, { backends }: WantedService): KernelTier {
  const named = new Set(found.shares.map(({ cluster }) => cluster));
  const empty = wanted.map(({ cluster }) => cluster).filter((one) => !named.has(one) && !backends[one]?.length);
  return {
    shares: found.shares.map((share) => {
      const cluster = share.cluster ?? (share.backends.length === 0 ? empty.shift() : undefined);
      return { ...share, ...(cluster !== undefined && { cluster }) };
    }),
  };
}

function inTier(
  i: number,
  wanted: Tier | undefined,
  found: KernelTier | undefined,
  service: WantedService,
): readonly Difference[] {
  const path = `tiers[${i}]`;
  if (!wanted || !found) return [{ path, wanted: namesOf(wanted), found: foundNames(found) }];
  const named = withEmptyGroupsNamed(found, wanted, service);
  return [...inShares(path, wanted, named), ...inBackends(path, wanted, named, service)];
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

export function nameOf({ cluster, group, backends }: KernelShare): string {
  return cluster ?? `group ${group} (${backends.length === 0 ? 'empty' : 'of no known cluster'})`;
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
