/** What one process counts, and what it reads when it is asked. */
import type { Log } from '#kit/index.ts';
import {
  type CounterName,
  declaredOf,
  type GaugeName,
  type HistogramName,
  type Labels,
  METRICS,
  type MetricName,
  type ProcessName,
} from './declared.ts';
import { exposition, labelText, type Sample } from './exposition.ts';
import { Buckets, type Histogram } from './histogram.ts';

export interface Counter {
  add(more?: number): void;
}

/** One sample that a collector has read. */
export type Report = <N extends CounterName | GaugeName>(name: N, labels: Labels<N>, value: number) => void;
/** A histogram that somebody else has counted. @param counts of each bucket alone, the last one beyond every bound */
export type ReportBuckets = <N extends HistogramName>(
  name: N,
  labels: Labels<N>,
  counts: readonly number[],
  sum: number,
) => void;
export type Collector = (report: Report, reportBuckets: ReportBuckets) => void | Promise<void>;

export interface Metrics {
  readonly process: ProcessName;
  /** The same one for the same labels; shown with 0 from now on. */
  counter<N extends CounterName>(name: N, labels: Labels<N>): Counter;
  histogram<N extends HistogramName>(name: N, labels: Labels<N>): Histogram;
  /** Read at each scrape, undefined: there is none; another one for the same labels takes its place. */
  gauge<N extends GaugeName>(name: N, labels: Labels<N>, read: () => number | undefined): void;
  /** For what is known only at the scrape; another one of that name takes its place. One that throws costs its own samples, not the others'. */
  collect(what: string, collector: Collector): void;
  /** Prometheus' text. Who asks meanwhile gets the same one. */
  scrape(): Promise<string>;
}

export function createMetrics(process: ProcessName, log: Log): Metrics {
  const counters = new Series<Count>(process);
  const histograms = new Series<Buckets>(process);
  const gauges = new Series<Gauge>(process);
  const collectors = new Map<string, Collector>();
  let running: Promise<string> | undefined;

  const faults = counters.at('sealane_scrape_faults_total', {}, () => new Count(''));

  async function read(): Promise<string> {
    const collected = new Series<Count>(process);
    const report: Report = (name, labels, value) => {
      collected.at(name, labels, (text) => new Count(text)).value = value;
    };
    const buckets = new Series<Buckets>(process);
    const reportBuckets: ReportBuckets = (name, labels, counts, sum) => {
      buckets.at(name, labels, (text) => new Buckets(bucketsOf(name), text)).take(counts, sum);
    };
    for (const [what, collector] of collectors) await attempt(what, () => collector(report, reportBuckets));
    return exposition(joined([counters, histograms, gauges, collected, buckets]));
  }

  async function attempt(what: string, collect: () => void | Promise<void>): Promise<void> {
    try {
      await collect();
    } catch (error) {
      faults.add();
      log.debug({ what, err: error }, 'not everything was read for a scrape');
    }
  }

  return {
    process,
    counter: (name, labels) => counters.at(name, labels, (text) => new Count(text)),
    histogram: (name, labels) => histograms.at(name, labels, (text) => new Buckets(bucketsOf(name), text)),
    gauge(name, labels, read) {
      gauges.at(name, labels, (text) => new Gauge(text)).read = read;
    },
    collect: (what, collector) => void collectors.set(what, collector),
    scrape() {
      running ??= read().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

interface Sampled {
  samples(): Sample[];
}

class Count implements Sampled, Counter {
  readonly #labels: string;
  value = 0;

  constructor(labels: string) {
    this.#labels = labels;
  }

  add(more = 1): void {
    this.value += more;
  }

  samples(): Sample[] {
    return [{ suffix: '', labels: this.#labels, value: this.value }];
  }
}

class Gauge implements Sampled {
  readonly #labels: string;
  read = (): number | undefined => undefined;

  constructor(labels: string) {
    this.#labels = labels;
  }

  samples(): Sample[] {
    const value = this.read();
    return value === undefined ? [] : [{ suffix: '', labels: this.#labels, value }];
  }
}

/** By metric and labels. Only what is declared for the process can be in it. */
class Series<T extends Sampled> {
  readonly #process: ProcessName;
  readonly #byName = new Map<MetricName, Map<string, T>>();

  constructor(process: ProcessName) {
    this.#process = process;
  }

  at(name: MetricName, labels: Readonly<Record<string, string>>, make: (labels: string) => T): T {
    const text = labelText(labels);
    const all = this.#byName.get(name) ?? this.#family(name);
    const found = all.get(text) ?? make(text);
    all.set(text, found);
    return found;
  }

  samplesOf(name: MetricName): Sample[] {
    return [...(this.#byName.get(name)?.values() ?? [])].flatMap((one) => one.samples());
  }

  #family(name: MetricName): Map<string, T> {
    if (!declaredOf(name).by.includes(this.#process)) throw new RangeError(`${name} is none of ${this.#process}'s`);
    const family = new Map<string, T>();
    this.#byName.set(name, family);
    return family;
  }
}

/** In the order that they are declared in. */
function joined(all: readonly Pick<Series<Sampled>, 'samplesOf'>[]): Map<MetricName, Sample[]> {
  const names = Object.keys(METRICS) as MetricName[];
  return new Map(names.map((name) => [name, all.flatMap((series) => series.samplesOf(name))]));
}

function bucketsOf(name: HistogramName): readonly number[] {
  return declaredOf(name).buckets ?? [];
}
