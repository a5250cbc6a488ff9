/** What the prober is told, what it knows, and what it says. Times are of `Clock.monotonic()`, milliseconds. */

/** One address of a gateway. */
export interface ProbeTarget {
  readonly cluster: string;
  readonly gateway: string;
  readonly address: string;
  /** UDP. */
  readonly port: number;
}

/** A question that was sent. */
export interface Probe {
  readonly id: number;
  readonly sentAt: number;
  readonly is: 'waited for' | 'missed' | 'void';
}

/** One target, as far as it is known. */
export interface Watched {
  readonly target: ProbeTarget;
  /** Undefined: it never answered. */
  readonly isUp: boolean | undefined;
  /** When that changed. */
  readonly changedAt: number;
  /** In a row. */
  readonly misses: number;
  /** Those of them that count against it: others were heard at the same time. */
  readonly against: number;
  /** When the first of these was sent; Infinity: there is none. */
  readonly missedSince: number;
  /** In a row, while it is down. */
  readonly answers: number;
  /** When the first of them came. */
  readonly answeringSince: number;
  /** When the last question that was answered had been sent; -Infinity: none was. */
  readonly heard: number;
  /** Smoothed. */
  readonly rttMs: number | undefined;
  /** How long it must go on answering until it counts as up again. */
  readonly holdMs: number;
  readonly sentAt: number;
  readonly nextAt: number;
  readonly probes: readonly Probe[];
}

export interface ProberState {
  /** Own member: its gateways are probed to tell the own link's fault where there is one peer only. */
  readonly self: string;
  /** Of the last step. */
  readonly at: number;
  /** Of the next question. */
  readonly nextId: number;
  /** By `targetKey`. */
  readonly watched: ReadonlyMap<string, Watched>;
  /** Steps that came too late, so that what was not heard proved nothing. */
  readonly stalls: number;
}

/** What came since the last step. */
export interface Heard {
  readonly now: number;
  readonly answers: readonly { readonly id: number; readonly at: number }[];
  /** When TCP last established a connection to a cluster; undefined: not known. */
  readonly established: (cluster: string) => number | undefined;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface Step {
  readonly state: ProberState;
  /** To be sent now. */
  readonly questions: readonly { readonly id: number; readonly target: ProbeTarget }[];
  /** That became misses. */
  readonly missed: readonly ProbeTarget[];
}

export function targetKey({ cluster, address }: Pick<ProbeTarget, 'cluster' | 'address'>): string {
  return `${cluster} ${address}`;
}
