/** Probes one run of a container, again and again, until stopped. */
import { type Clock, sleep } from '#kit/index.ts';
import type { Container, Probe } from '#sandbox/workloads/index.ts';
import { attempt, type ProbeTarget } from './probe.ts';
import { judge, UNJUDGED } from './probe-judgement.ts';

export interface ProbeNews {
  started(): void;
  ready(isReady: boolean): void;
  /** The container must be ended: its liveness or start-up probe failed too often. */
  dead(reason: string): void;
  /** One failed attempt, for an Event. */
  failed(kind: string, reason: string): void;
}

/** Between tries of a readiness probe right after the start, when failures say nothing yet. */
const EARLY_RETRY_MS = 200;
const EARLY_TRIES = 25;

/** @param isStarted known from before (an adopted container) */
export function probeContainer(
  container: Container,
  target: ProbeTarget,
  isStarted: boolean,
  news: ProbeNews,
  clock: Clock,
): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  void run();
  return () => stopping.abort();

  async function run() {
    const { startupProbe, readinessProbe, livenessProbe } = container;
    if (startupProbe && !isStarted && !(await started(startupProbe))) return;
    if (signal.aborted) return;
    news.started();
    if (readinessProbe) void watchReadiness(readinessProbe);
    else news.ready(true);
    if (livenessProbe) void watchLiveness(livenessProbe);
  }

  async function once(kind: string, probe: Probe): Promise<boolean> {
    const failure = await attempt(probe, target, (probe.timeoutSeconds ?? 1) * 1000);
    if (failure !== undefined && !signal.aborted) news.failed(kind, failure);
    return failure === undefined;
  }

  async function started(probe: Probe): Promise<boolean> {
    await pause(probe.initialDelaySeconds ?? 0);
    for (let judgement = UNJUDGED; !signal.aborted; await pause(probe.periodSeconds ?? 10)) {
      judgement = judge(judgement, await once('Startup', probe), probe);
      if (judgement.healthy) return true;
      if (judgement.healthy === false && !signal.aborted) {
        news.dead('failed startup probe');
        return false;
      }
    }
    return false;
  }

  async function watchReadiness(probe: Probe) {
    await pause(probe.initialDelaySeconds ?? 0);
    let early = EARLY_TRIES;
    while (early > 0 && !signal.aborted) {
      const failure = await attempt(probe, target, (probe.timeoutSeconds ?? 1) * 1000);
      early = failure === undefined ? 0 : early - 1;
      if (early > 0) await sleep(clock, EARLY_RETRY_MS, signal);
    }
    for (let judgement = UNJUDGED; !signal.aborted; await pause(probe.periodSeconds ?? 10)) {
      judgement = judge(judgement, await once('Readiness', probe), probe);
      if (judgement.healthy !== undefined && !signal.aborted) news.ready(judgement.healthy);
    }
  }

  async function watchLiveness(probe: Probe) {
    await pause(probe.initialDelaySeconds ?? 0);
    for (let judgement = UNJUDGED; !signal.aborted; await pause(probe.periodSeconds ?? 10)) {
      judgement = judge(judgement, await once('Liveness', probe), probe);
      if (judgement.healthy === false && !signal.aborted) return news.dead('failed liveness probe');
    }
  }

  function pause(seconds: number): Promise<void> {
    return sleep(clock, seconds * 1000, signal);
  }
}
