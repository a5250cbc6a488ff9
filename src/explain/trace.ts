/**
 * Why a call goes where it goes: the name's answer, the service, the tiers that the policy means, the shares and backends that the
 * kernel really has, and where the two differ. What the kernel has is read by the caller; nothing is looked up here.
 */
import { differencesOf, endpointOf, nameOf } from './differences.ts';
import type { KernelService, KernelTier, TraceInput, TraceReport, TracedShare } from './model.ts';

export function trace(input: TraceInput): TraceReport {
  const { caller, target, dns, wanted, kernel } = input;
  const address = dns ? dns.addresses[0] : target.host;
  const found = kernel && tracedKernel(kernel);
  return {
    question: {
      caller: `${caller.cluster} ${caller.namespace}/${caller.pod}`,
      name: target.host,
      port: target.port,
      protocol: target.protocol,
    },
    ...(dns && { dns }),
    ...(address !== undefined && { address }),
    ...(wanted && { service: { namespace: wanted.namespace, name: wanted.name, portName: wanted.portName } }),
    resolved: wanted?.compiled.resolved ?? [],
    drained: wanted?.drained ?? [],
    ...(found && { kernel: found }),
    problems: wanted?.compiled.problems.map(({ message }) => message) ?? [],
    differences: differencesOf(wanted, kernel),
    verdict: verdictOf(input, address, found),
  };
}

type TracedKernel = NonNullable<TraceReport['kernel']>;

function tracedKernel({ index, tiers }: KernelService): TracedKernel {
  return { index, tiers: tiers.map((tier) => ({ shares: tracedShares(tier) })) };
}

function tracedShares({ shares }: KernelTier): readonly TracedShare[] {
  const sum = shares.reduce((all, { slots }) => all + slots, 0);
  return shares.map((share) => ({
    cluster: nameOf(share),
    slots: share.slots,
    percent: sum === 0 ? 0 : Math.round((share.slots / sum) * 1000) / 10,
    backends: share.backends.map(endpointOf),
    ...(share.closed !== undefined && { closed: share.closed }),
    ejected: Object.fromEntries(
      share.backends.flatMap((one) =>
        one.ejectedSeconds === undefined ? [] : [[endpointOf(one), one.ejectedSeconds]],
      ),
    ),
  }));
}

function verdictOf(
  { target, dns, wanted }: TraceInput,
  address: string | undefined,
  kernel: TracedKernel | undefined,
): string {
  if (dns && address === undefined) return noAddress(target.host, dns.rcode);
  const called = `${address}:${target.port}/${target.protocol}`;
  if (!kernel) {
    return wanted
      ? `not served by this node's kernel yet: it has no entry for ${called}`
      : `left to the cluster's own routing: ${called} is no address of sealane's`;
  }
  const tier = kernel.tiers.find(({ shares }) => shares.some(serves));
  if (!tier) {
    const drained = wanted?.drained.map(({ cluster }) => `; ${cluster} is drained`).join('') ?? '';
    return `refused: no cluster has a ready endpoint for ${called} that this caller may use${drained}`;
  }
  return `goes to ${tier.shares.filter(serves).map(destination).join(', ')}`;
}

function serves({ slots, backends, ejected, closed }: TracedShare): boolean {
  return closed === undefined && slots > 0 && backends.length > Object.keys(ejected).length;
}

function noAddress(host: string, rcode: string): string {
  const why = rcode === 'NOERROR' ? 'it has no IPv4 address' : rcode;
  return `fails before the call: ${host} does not resolve (${why})`;
}

function destination({ cluster, percent, backends, ejected }: TracedShare): string {
  const count = backends.length - Object.keys(ejected).length;
  return `${cluster} (${percent} %, ${count} ${count === 1 ? 'backend' : 'backends'})`;
}
