/** The numbers to reach: each with its aim, what was measured, and whether that is enough. Pure. */
import type { PathName } from '../stage/path-names.ts';
import { digits, type Format, ratio, spread } from './numbers.ts';
import type { Parts, PathSeries, Results } from './results.ts';
import { ratios, type Series, type Summary, summarize } from './statistics.ts';

export interface Row {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  /** Least, quartiles, most. */
  readonly spread: string;
  readonly verdict: 'met' | 'missed' | 'not measured';
  readonly note: string;
}

interface Aim {
  readonly what: string;
  readonly aim: string;
  readonly part: keyof Parts;
  readonly values: (results: Results) => Series;
  /** What the aim is said of. */
  readonly of: 'median' | 'p99' | 'max';
  readonly met: (value: number) => boolean;
  readonly format: Format;
  readonly note: string;
}

const none: Series = [];
const ns: Format = (value) => `${digits(value)} ns`;
const ms: Format = (value) => `${digits(value)} ms`;
const count: Format = (value) => digits(value);

function pathRatio(
  what: string,
  aim: [ours: PathName, theirs: PathName],
  of: keyof PathSeries,
  bound: number,
  note = '',
): Aim {
  const lower = of === 'cpu';
  return {
    what,
    aim: `${lower ? '≤' : '≥'} ${bound.toFixed(3).replace(/0$/, '')} ×`,
    part: 'paths',
    values: ({ parts }) =>
      parts.paths ? ratios(seriesOf(parts.paths.of[aim[0]], of), seriesOf(parts.paths.of[aim[1]], of)) : none,
    of: 'median',
    // Written with three decimals, it is compared with three.
    met: (value) => (lower ? value <= bound : Math.round(value * 1000) / 1000 >= bound),
    format: ratio,
    note,
  };
}

function seriesOf(path: PathSeries | undefined, of: keyof PathSeries): Series {
  const series = path?.[of];
  return Array.isArray(series) ? (series as Series) : none;
}

function within(
  what: string,
  part: keyof Parts,
  most: number,
  aim: Pick<Aim, 'values' | 'of' | 'format'> & { readonly note?: string },
): Aim {
  return {
    what,
    part,
    aim: most < 0.001 ? '0' : `${aim.of} ≤ ${aim.format(most)}`,
    met: (value) => value <= most,
    note: '',
    ...aim,
  };
}

/** Growth is what a round at the most services took more than the same round at the fewest. */
function connectGrowth({ parts }: Results): Series {
  const lines = (parts.connect?.lines ?? [])
    .filter(({ what }) => what === 'IPv4, VIP')
    .toSorted((a, b) => a.services - b.services);
  const [few, many] = [lines[0]?.ns, lines.at(-1)?.ns];
  return few && many ? many.map((value, i) => value - (few[i] ?? Number.NaN)) : none;
}

/** Of a run of that size only. */
function agent(name: string) {
  return ({ parts: { scale } }: Results): Series =>
    scale?.services === 10_000 && scale.backends === 10 ? scale.starts.map((start) => start[name] ?? null) : none;
}

const AIMS: readonly Aim[] = [
  within('VIP, kept connections: runs of BPF for a request', 'programs', 0.0005, {
    values: ({ parts }) => parts.programs?.runsPerRequest ?? none,
    of: 'median',
    format: count,
    note: 'run_cnt over 20,000 requests a round',
  }),
  pathRatio(
    'VIP / pod address: requests/s, kept connections',
    ['vip', 'pod'],
    'requests',
    0.99,
    '1.00 within noise: a per cent',
  ),
  pathRatio('VIP / pod address: connections/s', ['vip', 'pod'], 'connections', 0.985),
  within('VIP: BPF for a connection', 'programs', 1500, {
    values: ({ parts }) => parts.programs?.vip.ns ?? none,
    of: 'median',
    format: ns,
    note: 'bpf_stats, whose counting is in it: about 60 ns for each of 11 runs',
  }),
  within('BPF for a connection that is not ours', 'programs', 200, {
    values: ({ parts }) => parts.programs?.notOurs.ns ?? none,
    of: 'median',
    format: ns,
    note: 'bpf_stats, whose counting is in it and is most of it: 7 runs',
  }),
  within('connect cost, 100,000 services against 2', 'connect', 150, {
    values: connectGrowth,
    of: 'median',
    format: ns,
  }),
  pathRatio('plain lane / route with conntrack: requests/s', ['lane', 'conntrack'], 'requests', 1),
  pathRatio('plain lane / route with conntrack: throughput', ['lane', 'conntrack'], 'throughput', 1),
  pathRatio('plain lane / bare routing: requests/s', ['lane', 'pod'], 'requests', 0.99),
  pathRatio('plain lane / bare routing: throughput', ['lane', 'pod'], 'throughput', 0.99),
  pathRatio('plain lane / bare routing: connections/s', ['lane', 'pod'], 'connections', 0.97),
  pathRatio('plain lane / route with conntrack: connections/s', ['lane', 'conntrack'], 'connections', 0.97),
  pathRatio(
    'plain lane / one HAProxy hop: CPU for a request',
    ['lane', 'haproxy'],
    'cpu',
    0.5,
    'all processors of the machine, both ends included',
  ),
  pathRatio('plain lane / one HAProxy hop: throughput', ['lane', 'haproxy'], 'throughput', 2),
  within('gateway dies: new connections recover', 'failover', 350, {
    values: ({ parts }) => parts.failover?.recovered ?? none,
    of: 'p99',
    format: ms,
    note: 'from the death to the last connect() that was still given to it',
  }),
  within('gateway dies: connects in flight, to an error', 'failover', 400, {
    values: ({ parts }) => parts.failover?.inFlight ?? none,
    of: 'max',
    format: ms,
  }),
  within('gateway dies: kept connections with data out, to an error', 'failover', 700, {
    values: ({ parts }) => parts.failover?.kept ?? none,
    of: 'max',
    format: ms,
  }),
  within('dead pod behind a healthy gateway: failed', 'pods', 0, {
    values: ({ parts }) => (parts.pods ? [parts.pods.failed] : none),
    of: 'max',
    format: count,
  }),
  within("a caller's agents down, calls failed", 'blind', 0, {
    values: ({ parts }) => (parts.blind ? [parts.blind.failedBeforeDeath] : none),
    of: 'max',
    format: count,
    note: 'new connections, names resolved for each',
  }),
  within('… and a gateway dies meanwhile, calls failed', 'blind', 0, {
    values: ({ parts }) => (parts.blind ? [parts.blind.failed - parts.blind.failedBeforeDeath] : none),
    of: 'max',
    format: count,
    note: 'a plain lane has no gateway of its own that could pick again: connects in flight to the dead one get an error',
  }),
  within("pod ready in B → A's kernel uses it", 'propagation', 100, {
    values: ({ parts }) => parts.propagation?.ready ?? none,
    of: 'p99',
    format: ms,
    note: 'from the patch of the EndpointSlice',
  }),
  within("pod gone → B's gateway drops it", 'propagation', 50, {
    values: ({ parts }) => parts.propagation?.gone ?? none,
    of: 'p99',
    format: ms,
    note: 'from the patch of the EndpointSlice',
  }),
  within('agent, 10,000 services × 10 backends: RSS', 'scale', 120, {
    values: agent('rssMiB'),
    of: 'max',
    format: (value) => `${digits(value)} MiB`,
    note: 'first start, and started again on its tables; the bound read as MiB: as MB it is 114',
  }),
  within('agent, 10,000 services × 10 backends: maps', 'scale', 64, {
    values: agent('mapsMiB'),
    of: 'max',
    format: (value) => `${digits(value)} MiB`,
  }),
];

/** What cannot be measured, and why. */
const ABSENT: readonly Row[] = [
  absent('gateway dies, a second one on WireGuard or mTLS', '0 failed', 'these lanes are not built yet'),
  absent('WireGuard lane / the same devices with plain routing', '≥ 0.97 ×', 'these lanes are not built yet'),
  absent(
    'mTLS lane / the best hand-written HAProxy pair',
    '≥ 0.97 ×, ≥ 5 × connections/s',
    'these lanes are not built yet; the pair itself is among the paths',
  ),
];

function absent(what: string, aim: string, note: string): Row {
  return { what, aim, measured: '', spread: '', verdict: 'not measured', note };
}

export function rowsOf(results: Results): readonly Row[] {
  return [...AIMS.map((aim) => rowOf(aim, results)), ...ABSENT];
}

function rowOf(aim: Aim, results: Results): Row {
  const summary = summarize(aim.values(results));
  if (!summary) return absent(aim.what, aim.aim, reason(aim.part, results));
  const value = summary[aim.of];
  return {
    what: aim.what,
    aim: aim.aim,
    measured: aim.format(value),
    spread: summary.count > 1 ? spreadOf(summary, aim.format) : '',
    verdict: aim.met(value) ? 'met' : 'missed',
    note: aim.note,
  };
}

function spreadOf(summary: Summary, format: Format): string {
  return `${spread(summary, (value) => format(value).replace(/ \D+$/, ''))}, n = ${summary.count}`;
}

function reason(part: keyof Parts, { failed }: Results): string {
  const why = Object.entries(failed).find(([what]) => what === part || what.startsWith(`${part}:`));
  return why ? `failed: ${why[1].replaceAll('\n', ' ').slice(0, 200)}` : 'not part of this run';
}
