/** A client that writes only as long as one may. */
import { SealaneError } from '#kit/index.ts';
import type { ResourceType } from '#objects/index.ts';
import type { Client } from './client.ts';
import { type ObjectRef, subjectOf } from './paths.ts';

/** @throws `kube/not-leading` instead of a write, once `mayWrite` says no; nothing is sent then */
export function fenced(client: Client, mayWrite: () => boolean): Client {
  const guard = (verb: string, type: ResourceType, ref: ObjectRef) => {
    if (mayWrite()) return;
    throw new SealaneError('kube/not-leading', `${verb} ${subjectOf(type, ref)}: the lease may be another process's`);
  };
  return {
    ...client,
    async create(type, object, options) {
      guard('create', type, nameOf(object));
      return client.create(type, object, options);
    },
    async update(type, object, options) {
      guard('update', type, nameOf(object));
      return client.update(type, object, options);
    },
    async patch(type, ref, body, options) {
      guard('patch', type, ref);
      return client.patch(type, ref, body, options);
    },
    async apply(type, object, options) {
      guard('apply', type, nameOf(object));
      return client.apply(type, object, options);
    },
    async delete(type, ref, options) {
      guard('delete', type, ref);
      return client.delete(type, ref, options);
    },
  };
}

function nameOf({ metadata: { namespace, name } }: { readonly metadata: ObjectRef }): ObjectRef {
  return { namespace, name };
}
