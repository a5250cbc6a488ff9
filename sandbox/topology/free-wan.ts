/** Finds a WAN range that the machine does not use yet. */
import { ipJson } from '#host/index.ts';
import { addressAt, cidr, formatRange, overlaps, parseIp, type Range, SealaneError } from '#kit/index.ts';
import { DEFAULT_WAN, onWan } from './addresses.ts';
import type { Topology } from './model.ts';

/** How many ranges behind the default one are tried: 172.30.77.0/24 … 172.30.108.0/24. */
const TRIED = 32;

/**
 * The topology on its own WAN if the file names one, else on the first free one from the default on.
 * @throws `sandbox/range-taken`
 */
export async function withFreeWan(topology: Topology): Promise<Topology> {
  const taken = await routedRanges();
  const candidates = topology.wanIsWritten
    ? [topology.wan]
    : Array.from({ length: TRIED }, (_, i) => ({ ...DEFAULT_WAN, base: addressAt(DEFAULT_WAN, 256 * i) }));
  const free = candidates.find((candidate) => !taken.some(({ range }) => overlaps(range, candidate)));
  if (free) return onWan(topology, free);
  const route = taken.find(({ range }) => overlaps(range, topology.wan));
  throw new SealaneError(
    'sandbox/range-taken',
    `use WAN range ${formatRange(topology.wan)}: already routed on this machine`,
    {
      hint: `by ${route?.device}; write another wan: in the topology`,
    },
  );
}

interface Route {
  readonly dst: string;
  readonly dev?: string;
}

/** Every range with a route of its own; the default route takes nothing. */
async function routedRanges(): Promise<{ range: Range; device: string }[]> {
  const routes = await ipJson<Route>(['route', 'show', 'table', 'all']);
  return routes.flatMap(({ dst, dev = '?' }) => {
    const text = parseIp(dst) === undefined ? dst : `${dst}/32`;
    return /^\d+\.\d+\.\d+\.\d+\/[1-9]\d*$/.test(text) ? [{ range: cidr(text), device: dev }] : [];
  });
}
