/** How long the kernel took to have what changed: from when the agent saw it, and from when the pod changed, as far as its slice says. */
import { ANNOTATION_TRIGGER_TIME, type EndpointSlice } from '#api/index.ts';
import type { Clock } from '#kit/index.ts';
import type { Metrics } from '#observe/index.ts';

export class ApplyLag {
  readonly #clock: Clock;
  readonly #applied;
  readonly #endpoints;
  /** When a change was seen that the kernel does not have yet, by service. */
  readonly #seen = new Map<string, number>();
  /** The newest change of its pods that was counted, by service; what is older than this agent is none of its own. */
  readonly #counted = new Map<string, number>();
  readonly #since: number;

  constructor(metrics: Metrics, clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
    this.#applied = metrics.histogram('sealane_agent_apply_duration_seconds', {});
    this.#endpoints = metrics.histogram('sealane_agent_endpoint_lag_seconds', {});
  }

  /** @param service `namespace/name` */
  seen(service: string): void {
    if (!this.#seen.has(service)) this.#seen.set(service, this.#clock.monotonic());
  }

  /** The kernel has it as it is now. */
  applied(service: string, slices: readonly EndpointSlice[]): void {
    const seen = this.#seen.get(service);
    if (seen === undefined) return;
    this.#seen.delete(service);
    this.#applied.observe((this.#clock.monotonic() - seen) / 1000);
    this.#note(service, Math.max(0, ...slices.map(changeOf)));
  }

  #note(service: string, changed: number): void {
    if (changed < this.#since || changed <= (this.#counted.get(service) ?? 0)) return;
    this.#counted.set(service, changed);
    this.#endpoints.observe(Math.max(0, this.#clock.now() - changed) / 1000);
  }
}

/** Milliseconds since 1970; 0: it does not say. */
function changeOf({ metadata }: EndpointSlice): number {
  return Date.parse(metadata.annotations?.[ANNOTATION_TRIGGER_TIME] ?? '') || 0;
}
