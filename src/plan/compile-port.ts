import type { CalledAs, CompiledPort, Exporter, PortRequest, Tier, TrafficPolicy } from './model.ts';
import { nearestFirst } from './nearest-first.ts';
import { canServe, resolveTiers } from './resolve-tiers.ts';
import { spillOver, withoutRepeats } from './spill-over.ts';

/**
 * Which clusters serve one port of one service for a caller in `self`, in which order and share.
 *
 * The same input gives the same output whatever the order of `exporters` and `members`. Overflow moves calls between the policy's
 * own tiers only; clusters that `fallback: Any` adds stand behind all of them.
 */
export function compilePort(request: PortRequest): CompiledPort {
  const { policy, calledAs } = request;
  if (policy && applies(policy, calledAs)) return byPolicy(policy, withLocalEndpoints(request));
  if (calledAs === 'Service') return unchanged(localOnly(request), request);
  return unchanged(byDefault(request), request);
}

function applies({ appliesTo }: TrafficPolicy, calledAs: CalledAs): boolean {
  return appliesTo.includes(calledAs);
}

function byPolicy(policy: TrafficPolicy, request: PortRequest): CompiledPort {
  const { tiers, fallback, problems } = resolveTiers(policy, request);
  const { carrying, below } = spillOver(tiers, request.exporters, policy.failover);
  const compiled = withoutRepeats([...carrying, ...fallback, ...below]);
  return { resolved: [...tiers.map(({ shares }) => shares), ...fallback], compiled, nodeLocal: false, problems };
}

/** A Service of this cluster that a policy governs serves its own name and address, exported or not. */
function withLocalEndpoints(request: PortRequest): PortRequest {
  const { calledAs, self, localEndpoints, exporters, members } = request;
  if (calledAs !== 'Service' || !localEndpoints || exporters.some(({ cluster }) => cluster === self)) return request;
  const { region = '', zone = '', group = '' } = members?.find(({ name }) => name === self) ?? {};
  const own: Exporter = { cluster: self, region, zone, group, ...localEndpoints, eligible: true };
  return { ...request, exporters: [...exporters, own] };
}

/** What the name means in Kubernetes: the cluster's own endpoints. Drain does not change that. */
function localOnly({ self, exporters, localEndpoints }: PortRequest): readonly Tier[] {
  const { ready } = localEndpoints ?? exporters.find(({ cluster }) => cluster === self) ?? { ready: 0 };
  return ready > 0 ? [[{ cluster: self, weight: ready }]] : [];
}

function byDefault({ self, exporters, members, internalTrafficPolicy }: PortRequest): readonly Tier[] {
  const candidates = exporters.filter(canServe);
  const own = candidates.filter(({ cluster }) => cluster === self);
  return nearestFirst(internalTrafficPolicy === 'Local' ? own : candidates, self, members);
}

function unchanged(tiers: readonly Tier[], { internalTrafficPolicy }: PortRequest): CompiledPort {
  return { resolved: tiers, compiled: tiers, nodeLocal: internalTrafficPolicy === 'Local', problems: [] };
}
