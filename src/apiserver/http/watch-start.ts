/** Where a watch begins, from its parameters. Source: "Resource versions" and "Streaming lists" of Kubernetes' API concepts. */
import type { KubeObject, Store } from '#objects/index.ts';
import { ApiError, expired } from './api-error.ts';
import { flagParameter } from './exchange.ts';
import { parseRevision } from './list.ts';
import type { Filter } from './selection.ts';

export interface WatchStart {
  readonly fromRevision: number;
  /** Told as ADDED first. */
  readonly initial: readonly KubeObject[];
  /** A bookmark says that the initial objects have been told. */
  readonly tellsEnd: boolean;
}

interface Selection {
  readonly namespace: string | undefined;
  readonly filter: Filter | undefined;
}

/** @throws ApiError 410 for a revision that this store never had: the client has seen another one */
export function watchStart(url: URL, store: Store, resource: string, selection: Selection): WatchStart {
  const text = url.searchParams.get('resourceVersion') || '0';
  const asked = parseRevision(text);
  if (asked > store.revision()) throw expired(`too large resource version: ${asked} (${store.revision()})`);
  const streaming = streamingAsked(url);
  if (streaming === false || (streaming === undefined && asked > 0)) {
    return { fromRevision: asked || store.revision(), initial: [], tellsEnd: false };
  }
  const now = store.list(resource, selection);
  const initial = now.outcome === 'ok' ? now.items : [];
  return { fromRevision: store.revision(), initial, tellsEnd: streaming === true };
}

/** `sendInitialEvents`, undefined when it was not said. @throws ApiError 422 for a combination that means nothing */
function streamingAsked(url: URL): boolean | undefined {
  const match = url.searchParams.get('resourceVersionMatch');
  if (!url.searchParams.get('sendInitialEvents')) {
    if (match) throw forbidden('resourceVersionMatch', 'is forbidden for watch unless sendInitialEvents is provided');
    return undefined;
  }
  if (match !== 'NotOlderThan') throw forbidden('resourceVersionMatch', 'sendInitialEvents requires "NotOlderThan"');
  const streaming = flagParameter(url, 'sendInitialEvents');
  if (streaming && !flagParameter(url, 'allowWatchBookmarks'))
    throw forbidden('sendInitialEvents', 'requires allowWatchBookmarks');
  return streaming;
}

function forbidden(field: string, why: string): ApiError {
  return new ApiError(422, 'Invalid', `${field}: Forbidden: ${field} ${why}`);
}
