/**
 * Objects whose every owner is gone go too. An owner that is deleted in the foreground waits for those that block it, and
 * one whose dependents are to be orphaned lets them go first; both are said by its finalizers, so that a restart forgets
 * nothing. Source: "Garbage Collection" of Kubernetes' documentation.
 */
import type { Log } from '#kit/index.ts';
import { type JsonObject, type OwnerReference, type Store, storeResource } from '#objects/index.ts';
import type { Registry } from '../kinds/registry.ts';
import { ownRequest } from '../write/own-request.ts';
import { FOREGROUND, ORPHAN } from '../write/rules.ts';
import { keyOf } from '../write/stored.ts';
import type { Writer } from '../write/writer.ts';
import { askedFor } from './asked-for.ts';
import { createLater } from './later.ts';
import { createOwnerGraph, type Node } from './owner-graph.ts';

export function collectGarbage(registry: Registry, store: Store, writer: Writer, log: Log): void {
  const graph = createOwnerGraph();
  const later = createLater(log, 'garbage-collector');
  for (const asked of registry.kinds().map(askedFor)) {
    const stored = store.list(storeResource(asked.type));
    for (const object of stored.outcome === 'ok' ? stored.items : []) graph.note(asked, object);
  }
  for (const { uid } of graph.all()) later(uid, () => look(uid));
  writer.onWrite(({ type, asked, object }) => {
    const { uid = '' } = object.metadata;
    if (type !== 'DELETED') {
      graph.note(askedFor(asked.kind), object);
      if (object.metadata.ownerReferences?.length || object.metadata.deletionTimestamp) later(uid, () => look(uid));
      return;
    }
    const owners = graph.get(uid)?.owners ?? [];
    graph.forget(uid);
    for (const { uid: dependent } of graph.dependentsOf(uid)) later(`${dependent} ${uid}`, () => look(dependent, uid));
    for (const owner of owners) later(owner.uid, () => look(owner.uid));
  });

  /** @param goneOwner one that is known to be gone, even if its kind went with it */
  function look(uid: string, goneOwner?: string): void {
    const node = graph.get(uid);
    const object = node && store.get(keyOf(node.asked, node));
    if (!node || object?.metadata.uid !== uid) return;
    if (object.metadata.deletionTimestamp) return finish(node, object.metadata.finalizers ?? []);
    const isGone = (owner: OwnerReference) => owner.uid === goneOwner || isAbsent(owner, node);
    if (node.owners.length > 0 && node.owners.every(isGone)) writer.remove(node.asked, node, { uid, dryRun: false });
  }

  function finish(node: Node, finalizers: readonly string[]): void {
    const dependents = graph.dependentsOf(node.uid);
    if (finalizers.includes(ORPHAN)) {
      for (const dependent of dependents) disown(dependent, node.uid);
      release(node, ORPHAN);
    } else if (finalizers.includes(FOREGROUND)) {
      for (const dependent of dependents) removeDependent(dependent, node.uid);
      if (!graph.dependentsOf(node.uid).some((dependent) => blocks(dependent, node.uid))) release(node, FOREGROUND);
    }
  }

  function removeDependent(dependent: Node, owner: string): void {
    const others = dependent.owners.filter(({ uid }) => uid !== owner);
    if (others.some((other) => !isAbsent(other, dependent))) return disown(dependent, owner);
    if (store.get(keyOf(dependent.asked, dependent))?.metadata.deletionTimestamp) return;
    writer.remove(dependent.asked, dependent, { uid: dependent.uid, propagation: 'Foreground', dryRun: false });
  }

  function disown(dependent: Node, owner: string): void {
    changeMetadata(dependent, (metadata) => ({
      ...metadata,
      ownerReferences: dependent.owners.filter(({ uid }) => uid !== owner) as unknown as JsonObject[],
    }));
  }

  function release(node: Node, finalizer: string): void {
    changeMetadata(node, (metadata) => ({
      ...metadata,
      finalizers: ((metadata.finalizers ?? []) as string[]).filter((one) => one !== finalizer),
    }));
  }

  function changeMetadata(node: Node, change: (metadata: JsonObject) => JsonObject): void {
    writer.update(node.asked, node, ownRequest('garbage-collector'), (before) => ({
      ...before,
      metadata: change(before.metadata as JsonObject),
    }));
  }

  /**
   * Not there, or in another namespace, where no owner can be. An owner of a kind that is not served here cannot be
   * looked for: it may well be somewhere.
   */
  function isAbsent(owner: OwnerReference, { namespace }: Node): boolean {
    const found = graph.get(owner.uid);
    if (found) return found.namespace !== undefined && found.namespace !== namespace;
    const group = owner.apiVersion.includes('/') ? owner.apiVersion.split('/')[0] : '';
    return registry.kinds().some(({ type }) => type.group === group && type.kind === owner.kind);
  }
}

function blocks(dependent: Node, owner: string): boolean {
  return dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === owner && blockOwnerDeletion === true);
}
