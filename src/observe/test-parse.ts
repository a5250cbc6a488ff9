/** Prometheus' text as somebody else's parser reads it. */
import { createRequire } from 'node:module';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly {
    readonly value?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly buckets?: Readonly<Record<string, string>>;
  }[];
}

// Its module has no types, and its default export is one for CommonJS only.
export const parse = createRequire(import.meta.url)('parse-prometheus-text-format') as (text: string) => Family[];

/** The value of one series; undefined when there is none. */
export function valueIn(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const wanted = Object.entries(labels);
  const found = parse(text)
    .find((family) => family.name === name)
    ?.metrics.find((metric) => wanted.every(([label, value]) => metric.labels?.[label] === value));
  return found?.value === undefined ? undefined : Number(found.value);
}
