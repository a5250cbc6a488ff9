import type { Metrics } from './metrics.ts';

/** As much of a cache that follows an API server as is needed here. */
interface Watched {
  readonly connected: boolean;
  /** False while the server does not have the kind. */
  readonly served: boolean;
  readonly size: number;
  onState(listener: () => void): () => void;
}

interface Kind {
  readonly plural: string;
  readonly group: string;
}

/** @param server `cluster`, the own API server, or `hub` */
export function watchMetrics(
  metrics: Metrics,
  server: 'cluster' | 'hub',
  { plural, group }: Kind,
  cache: Watched,
): void {
  // The ancestors' kinds bear the names of ours.
  const labels = { server, resource: group === '' ? plural : `${plural}.${group}` };
  const breaks = metrics.counter('sealane_watch_breaks_total', labels);
  metrics.gauge('sealane_watch_connected', labels, () => (cache.served ? Number(cache.connected) : undefined));
  metrics.gauge('sealane_watched_objects', labels, () => cache.size);
  let before = cache.connected;
  cache.onState(() => {
    if (before && !cache.connected) breaks.add();
    before = cache.connected;
  });
}
