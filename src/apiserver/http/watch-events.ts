/** The lines of a watch. */
import type { Clock } from '#kit/index.ts';
import { apiVersionOf, asJson, type KubeObject } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import { inVersion } from '../write/stored.ts';
import type { Exchange } from './exchange.ts';
import { formWanted, presentOne } from './present.ts';

export interface EventWriter {
  show(type: string, object: KubeObject): void;
  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): void;
}

export function eventWriter(
  write: (line: string) => void,
  exchange: Exchange,
  asked: Asked,
  clock: Clock,
): EventWriter {
  const form = formWanted(exchange);
  const textOf = (object: KubeObject) =>
    form === 'object'
      ? sharedText(inVersion(asked, object))
      : JSON.stringify(presentOne(exchange, asked, object, clock));
  return {
    show: (type, object) => write(`{"type":"${type}","object":${textOf(object)}}\n`),
    bookmark: (revision, annotations) => {
      const metadata = {
        resourceVersion: String(revision),
        creationTimestamp: null,
        ...(annotations && { annotations }),
      };
      const type =
        form === 'metadata'
          ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' }
          : { kind: asked.type.kind, apiVersion: apiVersionOf(asked.type) };
      const object = { ...type, metadata };
      write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
    },
  };
}

let last: { readonly object: KubeObject; readonly text: string } | undefined;

/** One change is told to every watcher in turn: it is written out once for all of them. */
function sharedText(object: KubeObject): string {
  if (last?.object !== object) last = { object, text: JSON.stringify(asJson(object)) };
  return last.text;
}
