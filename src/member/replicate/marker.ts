/** What the own list on the hub amounts to, once the hub holds exactly what this member has recorded. */
import { hubNamespace, hubRecordName } from '#api/index.ts';
import { namesHash, type PublishedMarker } from '#plan/index.ts';
import { isWithdrawn, type MemberState } from '../member-state.ts';

/** @returns undefined while the hub's list differs from the records: nothing can be vouched for then */
export function currentMarker(state: MemberState): PublishedMarker | undefined {
  const { caches, settings, records } = state;
  const hubUID = state.hubUID();
  if (hubUID === undefined || !caches.hubConnected) return undefined;
  if (!isSettled(state)) return undefined;
  const live = caches.records.list().filter((record) => !isWithdrawn(record));
  const names = live.map(({ spec }) => hubRecordName(spec.service.namespace, spec.service.name)).toSorted();
  const onHub = caches.hubExports.inNamespace(hubNamespace(settings.cluster));
  const listed = onHub.map(({ metadata }) => metadata.name).toSorted();
  if (names.join() !== listed.join()) return undefined;
  return { hubUID, epoch: records.epoch, count: names.length, hash: namesHash(names) };
}

/** An epoch may be said only when the record that it was made for is seen to carry it: else the new epoch would vouch for the old list. */
function isSettled({ caches, unsettled }: MemberState): boolean {
  for (const [key, epoch] of unsettled) {
    if ((caches.records.get(key)?.spec.epoch ?? 0) >= epoch) unsettled.delete(key);
  }
  return unsettled.size === 0;
}
