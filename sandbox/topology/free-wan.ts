/** Finds a WAN range that the machine does not use yet. */
import { ipJson } from '#host/index.ts';
import { formatRange, overlaps, type Range, rangeOf, SealaneError } from '#kit/index.ts';
import { onWan } from './addresses.ts';
import type { Topology } from './model.ts';
import { type PerFamily, perFamily } from './per-family.ts';

/** How many ranges behind the default one are tried: 172.30.77.0/24 … 172.30.108.0/24. */
const TRIED = 32;

/**
 * The topology on its own WAN if the file names one, else on the first free one from the default on.
 * @throws `sandbox/range-taken`
 */
export async function withFreeWan(topology: Topology): Promise<Topology> {
  const { wans, wanIsWritten } = topology;
  const taken = await routedRanges();
  const routeTo = (range: Range) => taken.find((route) => overlaps(route.range, range));
  const candidates = Array.from({ length: wanIsWritten ? 1 : TRIED }, (_, i) => moved(wans, i));
  const free = candidates.find((candidate) => !candidate.some(routeTo));
  if (free) return onWan(topology, free);
  const met = wans.find(routeTo) ?? wans[0];
  throw new SealaneError('sandbox/range-taken', `use WAN range ${formatRange(met)}: already routed on this machine`, {
    hint: `by ${routeTo(met)?.device}; write another wan: in the topology`,
  });
}

/** The ranges of every family so many steps further, so that they go on looking alike. */
function moved(wans: PerFamily<Range>, steps: number): PerFamily<Range> {
  return perFamily(wans, (wan) => ({ ...wan, base: wan.base + wan.size * BigInt(steps) }));
}

interface Route {
  readonly dst: string;
  readonly dev?: string;
}

/** Every range with a route of its own; the default route takes nothing. */
async function routedRanges(): Promise<{ range: Range; device: string }[]> {
  const [four, six] = await Promise.all(
    ['-4', '-6'].map((family) => ipJson<Route>([family, 'route', 'show', 'table', 'all'])),
  );
  return [...(four ?? []), ...(six ?? [])].flatMap(({ dst, dev = '?' }) => {
    const range = /[.:]/.test(dst) ? rangeOf(dst) : undefined; // or `default`
    return range === undefined || range.prefixLength === 0 ? [] : [{ range, device: dev }];
  });
}
