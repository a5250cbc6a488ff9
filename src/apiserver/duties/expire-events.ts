/** Events say what happened lately: an hour after the last time they go, as upstream has it. */
import { type Clock, every, type Log } from '#kit/index.ts';
import { asJson, isObject, type Json, type KubeObject, type Store, storeResource } from '#objects/index.ts';
import type { Registry } from '../kinds/registry.ts';
import type { Writer } from '../write/writer.ts';
import { askedFor } from './asked-for.ts';

const KEPT_MS = 3_600_000;
const LOOK_EVERY_MS = 60_000;

/** @param stopping ends it */
export function expireEvents(
  {
    registry,
    store,
    writer,
    clock,
    log,
  }: {
    readonly registry: Registry;
    readonly store: Store;
    readonly writer: Writer;
    readonly clock: Clock;
    readonly log: Log;
  },
  stopping: AbortSignal,
): void {
  const kinds = registry
    .kinds()
    .filter(({ type }) => type.kind === 'Event' && ['', 'events.k8s.io'].includes(type.group));
  const removeOld = () => {
    for (const asked of kinds.map(askedFor)) {
      const stored = store.list(storeResource(asked.type));
      const old = (stored.outcome === 'ok' ? stored.items : []).filter(
        (event) => clock.now() - lastOf(event) > KEPT_MS,
      );
      for (const { metadata } of old) writer.remove(asked, metadata, { dryRun: false });
    }
  };
  const stop = every(clock, LOOK_EVERY_MS, () => {
    try {
      removeOld();
    } catch (error) {
      log.error({ err: error }, 'old events stay');
    }
  });
  stopping.addEventListener('abort', stop);
}

/** When it was last seen, in milliseconds; both kinds of Event and their series count. */
function lastOf(event: KubeObject): number {
  const { lastTimestamp, deprecatedLastTimestamp, eventTime, series } = asJson(event);
  const seen = isObject(series) ? series.lastObservedTime : undefined;
  return Math.max(
    ...[lastTimestamp, deprecatedLastTimestamp, eventTime, seen, event.metadata.creationTimestamp].map(timeOf),
  );
}

function timeOf(text: Json | undefined): number {
  return typeof text === 'string' ? Date.parse(text) || 0 : 0;
}
