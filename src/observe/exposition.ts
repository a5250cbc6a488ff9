/** The text that Prometheus reads: exposition format 0.0.4. Pure. */
import { declaredOf, type MetricName } from './declared.ts';

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** One line of a metric. */
export interface Sample {
  /** `_bucket`, `_sum`, `_count` of a histogram; else empty. */
  readonly suffix: string;
  /** As `labelText` writes them. */
  readonly labels: string;
  readonly value: number;
}

/** @param families samples by metric, each metric once */
export function exposition(families: ReadonlyMap<MetricName, readonly Sample[]>): string {
  return [...families].flatMap(([name, samples]) => (samples.length > 0 ? family(name, samples) : [])).join('');
}

/** `a="x",b="y"`. Also what tells one series of a metric from another. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`)
    .join(',');
}

function family(name: MetricName, samples: readonly Sample[]): string[] {
  const { help, type } = declaredOf(name);
  const head = `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
  return [head, ...samples.map(({ suffix, labels, value }) => `${name}${suffix}${braced(labels)} ${number(value)}\n`)];
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function number(value: number): string {
  return Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}
