import { matchTargets, placeOf } from './match-targets.ts';
import type { Exporter, LbType, Place, Problem, Share, Tier, TrafficPolicy } from './model.ts';
import { nearestFirst, perReadyEndpoint } from './nearest-first.ts';
import { keyMatches, meansEverybody } from './place.ts';

export interface ResolvedTier {
  /** Those who can serve now, weights as asked; never empty. */
  readonly shares: Tier;
  /** All eligible clusters that the tier means, without a ready endpoint too: what the tier could carry is judged by them. */
  readonly members: readonly string[];
}

export interface ResolvedTiers {
  /** The policy's own tiers in order. */
  readonly tiers: readonly ResolvedTier[];
  /** Clusters beyond the targets that `fallback: Any` allows once no tier can serve. */
  readonly fallback: readonly Tier[];
  readonly problems: readonly Problem[];
}

interface Request {
  readonly self: string;
  readonly exporters: readonly Exporter[];
  readonly members?: readonly Place[];
}

/** `lbType` is sugar: which clusters a policy means, in which order and share. */
export function resolveTiers(policy: TrafficPolicy, request: Request): ResolvedTiers {
  const { self, exporters, members } = request;
  const { groups, problems } = matchTargets(policy.targets, exporters, members);
  const candidates = exporters.filter(canServe);
  const wanted = tiersBy[policy.lbType]({ policy, self, groups, candidates, exporters });
  const tiers = wanted.map((tier) => resolvedTier(tier.filter(positive), exporters));
  return {
    tiers: tiers.filter(({ shares }) => shares.length > 0),
    fallback: policy.fallback === 'Any' ? beyond(groups, wanted, candidates, request) : [],
    problems: [...problems, ...surplusTargets(policy), ...weightless(policy)],
  };
}

function resolvedTier(tier: Tier, exporters: readonly Exporter[]): ResolvedTier {
  const byName = new Map(exporters.map((exporter) => [exporter.cluster, exporter]));
  const eligible = tier.filter(({ cluster }) => byName.get(cluster)?.eligible);
  return {
    shares: eligible.filter(({ cluster }) => (byName.get(cluster)?.ready ?? 0) > 0),
    members: eligible.map(({ cluster }) => cluster),
  };
}

export function canServe({ eligible, ready }: Exporter): boolean {
  return eligible && ready > 0;
}

interface Choice {
  readonly policy: TrafficPolicy;
  readonly self: string;
  readonly exporters: readonly Exporter[];
  /** One group for each key that the policy lists, in its order. */
  readonly groups: readonly Tier[];
  readonly candidates: readonly Exporter[];
}

const tiersBy: Record<LbType, (choice: Choice) => readonly Tier[]> = {
  Locality: ({ self, policy, groups }) => (policy.targets.length > 0 ? groups.slice(0, 1) : [own(self)]),

  FailOver: (choice) => (listsOwn(choice) ? choice.groups : [own(choice.self), ...choice.groups]),

  ActiveActive: ({ policy, groups, candidates }) =>
    policy.targets.length > 0 ? [firstMention(groups.flat())] : [perReadyEndpoint(candidates)],
};

function own(self: string): Tier {
  return [{ cluster: self, weight: 100 }];
}

/** A key of nothing but `*` includes the own cluster without giving it another place in the order. */
function listsOwn({ policy, self, exporters }: Choice): boolean {
  const exporter = exporters.find(({ cluster }) => cluster === self);
  if (!exporter) return false;
  const place = placeOf(exporter);
  return policy.targets.some(({ clusterKey }) => !meansEverybody(clusterKey) && keyMatches(clusterKey, place));
}

/** Where several keys of one tier mean a cluster, the first one gives its weight. */
function firstMention(tier: Tier): Tier {
  const byCluster = new Map(tier.toReversed().map((share) => [share.cluster, share]));
  return tier.filter((share) => byCluster.get(share.cluster) === share);
}

/** Nearest first: everybody that the policy does not speak of. A weight of 0 is none, here too. */
function beyond(
  groups: readonly Tier[],
  wanted: readonly Tier[],
  candidates: readonly Exporter[],
  { self, members }: Request,
) {
  const spokenOf = new Set([...groups.flat(), ...wanted.flat()].map(({ cluster }) => cluster));
  return nearestFirst(
    candidates.filter(({ cluster }) => !spokenOf.has(cluster)),
    self,
    members,
  );
}

function positive({ weight }: Pick<Share, 'weight'>): boolean {
  return weight > 0;
}

function surplusTargets({ lbType, targets }: TrafficPolicy): readonly Problem[] {
  if (lbType !== 'Locality' || targets.length <= 1) return [];
  const message = `spec.targets has ${targets.length} lines, Locality takes at most one: only the first is used`;
  return [{ path: 'spec.targets', reason: 'TooManyTargets', message }];
}

function weightless({ targets }: TrafficPolicy): readonly Problem[] {
  if (targets.length === 0 || targets.some(positive)) return [];
  const message = 'spec.targets: no target has a weight above 0, so no connection goes to any of them';
  return [{ path: 'spec.targets', reason: 'NoWeight', message }];
}
