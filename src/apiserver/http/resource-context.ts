/** What the verbs share. */
import type { Clock } from '#kit/index.ts';
import type { KubeObject, Store } from '#objects/index.ts';
import type { AccountTokens } from '../accounts/account-tokens.ts';
import type { Asked } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import type { Authorizer } from '../rbac/authorizer.ts';
import type { ObjectRef } from '../write/request.ts';
import { keyOf } from '../write/stored.ts';
import type { Writer } from '../write/writer.ts';
import { notFound } from './api-error.ts';

export interface ResourceContext {
  readonly registry: Registry;
  readonly store: Store;
  readonly writer: Writer;
  readonly authorizer: Authorizer;
  readonly tokens: AccountTokens;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
}

/** @throws ApiError 404 */
export function found({ store }: ResourceContext, asked: Asked, ref: ObjectRef): KubeObject {
  const object = store.get(keyOf(asked, ref));
  if (!object) throw notFound(asked.type, ref.name);
  return object;
}
