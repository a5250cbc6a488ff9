/** The drawings of a run, by the name of their file. Pure. */
import { PATH_TITLES, PATHS, type PathName } from '../stage/path-names.ts';
import { type CurvePlot, curvePlot, distribution } from './curve-plot.ts';
import { rangePlot } from './range-plot.ts';
import type { Parts, Paths, PathSeries, Results } from './results.ts';
import { type Series, summarize } from './statistics.ts';

export interface Figure {
  readonly file: string;
  /** What is to be seen. */
  readonly title: string;
  readonly svg: string;
}

type Draw = (parts: Partial<Parts>) => string | undefined;

const FIGURES: readonly (readonly [file: string, title: string, draw: Draw])[] = [
  ...(
    [
      ['requests', 'Requests a second, 64 kept connections', 'a second', 1, false],
      ['connections', 'New connections a second, one request each', 'a second (logarithmic)', 1, true],
      ['throughput', 'Throughput, 4 connections', 'Gbit/s', 1e-9, false],
      ['cpu', 'Processor time for a request at a fixed rate, both ends included', 'µs of all processors', 1, false],
    ] as const
  ).map(
    ([of, title, unit, scale, log]) =>
      [of, title, ({ paths }: Partial<Parts>) => paths && ranges(paths, title, of, unit, scale, log)] as const,
  ),
  ['latency', 'Latency at a fixed rate, from when a request was due', ({ paths }) => paths && latencies(paths)],
  ['connect', 'BPF for a connection, by number of services', ({ connect }) => connect && connectCost(connect)],
  ['failover', 'A gateway dies: how long callers are hit', ({ failover }) => failover && failovers(failover)],
  ['propagation', 'A pod becomes ready, and goes', ({ propagation }) => propagation && propagations(propagation)],
  ['growth', 'Growth with the number of clusters, simulated', ({ growth }) => growth && growths(growth)],
];

export function figuresOf({ parts }: Results): readonly Figure[] {
  return FIGURES.flatMap(([file, title, draw]) => {
    const svg = draw(parts);
    return svg === undefined ? [] : [{ file: `${file}.svg`, title, svg }];
  });
}

function ranges(
  { of }: Paths,
  title: string,
  key: keyof PathSeries,
  unit: string,
  scale: number,
  log: boolean,
): string | undefined {
  const bars = PATHS.flatMap((name) => {
    const summary = summarize((of[name][key] as Series).map((value) => value && value * scale));
    return summary ? [{ label: PATH_TITLES[name], ours: isOurs(name), summary }] : [];
  });
  return bars.length === 0 ? undefined : rangePlot({ title, unit, log, bars });
}

function isOurs(name: PathName): boolean {
  return PATH_TITLES[name].startsWith('sealane');
}

/** Places of percentiles: each nine is as far from the last as that was from the one before. */
const PERCENTILES = [
  ['p50', 2, '50 %'],
  ['p90', 10, '90 %'],
  ['p99', 100, '99 %'],
  ['p999', 1000, '99.9 %'],
] as const;

function latencies({ of, rate }: Paths): string | undefined {
  const curves = PATHS.flatMap((name) => {
    const points = PERCENTILES.flatMap(([key, at]) => {
      const summary = summarize(of[name][key]);
      return summary ? [[at, summary.median] as const] : [];
    });
    return points.length === PERCENTILES.length ? [{ label: PATH_TITLES[name], points }] : [];
  });
  if (curves.length === 0) return undefined;
  const ticks = new Map(PERCENTILES.map(([, at, text]) => [at, text]));
  return curvePlot({
    title: `Latency at ${rate.toLocaleString('en')} requests a second, medians of the rounds`,
    x: { label: 'share of requests that took no longer', log: true, ticks },
    y: { label: 'µs since it was due (logarithmic)', log: true },
    curves,
  });
}

function connectCost({ lines }: Parts['connect']): string | undefined {
  const kinds = [...new Set(lines.map(({ what }) => what))];
  const curves = kinds.map((what) => ({
    label: what,
    points: lines
      .filter((line) => line.what === what)
      .toSorted((a, b) => a.services - b.services)
      .flatMap(({ services, ns }) => {
        const summary = summarize(ns);
        return summary ? [[services, summary.median] as const] : [];
      }),
  }));
  return curvePlot({
    title: 'BPF for a connection, by number of services (bpf_stats, medians)',
    x: { label: 'services (logarithmic)', log: true },
    y: { label: 'ns of all hooks', log: false },
    curves,
  });
}

function failovers({ recovered, inFlight, kept, faults }: Parts['failover']): string | undefined {
  return cumulative({
    title: `A gateway dies (${faults} times): how long callers are hit`,
    unit: 'ms',
    of: {
      'new connections, until they recover': recovered,
      'connects in flight, to an error': inFlight,
      'kept, data out, to an error': kept,
    },
    bounds: [350, 400, 700],
  });
}

function propagations({ ready, gone }: Parts['propagation']): string | undefined {
  return cumulative({
    title: 'A pod becomes ready in B, and goes',
    unit: 'ms since the patch of the EndpointSlice',
    of: { "ready, in the kernel of A's node": ready, "gone, out of B's gateway": gone },
    bounds: [50, 100],
  });
}

function cumulative(plan: {
  readonly title: string;
  readonly unit: string;
  readonly of: Readonly<Record<string, readonly number[]>>;
  readonly bounds: readonly number[];
}): string | undefined {
  const curves = Object.entries(plan.of)
    .filter(([, values]) => values.length > 0)
    .map(([label, values]) => ({ label, points: distribution(values) }));
  if (curves.length === 0) return undefined;
  return curvePlot({
    title: plan.title,
    x: { label: plan.unit, log: false },
    y: { label: 'share of all', log: false },
    curves,
    bounds: plan.bounds.map((at) => ({ at, label: `${at}` })),
  });
}

function growths({ points }: Parts['growth']): string | undefined {
  const names = Object.keys(points[0] ?? {}).filter((name) => name !== 'members');
  const curves: CurvePlot['curves'] = names.map((name) => ({
    label: name,
    points: points.flatMap((point) =>
      point['members'] && (point[name] ?? 0) > 0 ? [[point['members'], point[name] as number] as const] : [],
    ),
  }));
  if (curves.every((curve) => curve.points.length === 0)) return undefined;
  return curvePlot({
    title: 'Growth with the number of clusters: 1,000 services, one change a second',
    x: { label: 'clusters (logarithmic)', log: true },
    y: { label: 'count (logarithmic)', log: true },
    curves: curves.filter((curve) => curve.points.length > 0),
  });
}
