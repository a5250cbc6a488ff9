/** What a step expected, and what it met. Pure. */

/** Of all calls, in per cent. */
export interface Band {
  readonly percent: number;
  readonly tolerance: number;
}

/** Who answered how many of a number of calls. */
export interface Answers {
  readonly calls: number;
  /** By cluster. */
  readonly clusters: Readonly<Record<string, number>>;
  /** By `cluster/pod`. */
  readonly pods: Readonly<Record<string, number>>;
  /** Failures by reason. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface ShareLine {
  /** A cluster, or `refused`. */
  readonly who: string;
  readonly count: number;
  readonly percent: number;
  readonly expected: Band;
  readonly passed: boolean;
}

export interface StepResult {
  readonly step: string;
  readonly passed: boolean;
  readonly shares?: readonly ShareLine[];
  readonly answers?: Answers;
  /** What was looked at, where it was no call. */
  readonly seen?: string;
}

export const REFUSED = 'refused';
export const NO_ANSWERS: Answers = { calls: 0, clusters: {}, pods: {}, failures: {} };

/**
 * One line for each cluster that was expected or answered, and one for refusals. Whoever was not expected is expected to have
 * nothing.
 */
export function compareShares(
  { calls, clusters, failures }: Answers,
  expected: Readonly<Record<string, Band>>,
): ShareLine[] {
  const refused = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const names = [...new Set([...Object.keys(expected), ...Object.keys(clusters)])].filter((name) => name !== REFUSED);
  const met: Readonly<Record<string, number>> = { ...clusters, [REFUSED]: refused };
  return [...names.toSorted(), REFUSED].map((who) => {
    const count = met[who] ?? 0;
    const percent = calls === 0 ? 0 : (100 * count) / calls;
    const band = expected[who] ?? { percent: 0, tolerance: 0 };
    const passed = calls > 0 && Math.abs(percent - band.percent) <= band.tolerance;
    return { who, count, percent, expected: band, passed };
  });
}

export function add(a: Answers, b: Answers): Answers {
  return {
    calls: a.calls + b.calls,
    clusters: sum(a.clusters, b.clusters),
    pods: sum(a.pods, b.pods),
    failures: sum(a.failures, b.failures),
  };
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(keys.map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]));
}
