/** Events about this member itself: they are said of its MemberCluster as it is mirrored here. */
import { MEMBER_CLUSTERS } from '#api/index.ts';
import type { Happening } from '#kube/index.ts';
import type { MemberState } from '../member-state.ts';

/** A hub that restarts is away for less. */
const LONG_MS = 60_000;

export function tellOfOwn({ caches, settings }: Pick<MemberState, 'caches' | 'settings'>, happening: Happening): void {
  const mirror = caches.mirrors.get(settings.cluster);
  if (!mirror) return; // never joined
  const { group, version, kind } = MEMBER_CLUSTERS;
  settings.teller.tell({ apiVersion: `${group}/${version}`, kind, metadata: mirror.metadata }, happening);
}

/** Says that the hub has not been reached for long, and that it is back. @returns stop */
export function tellOfHub(state: Pick<MemberState, 'caches' | 'settings'>): () => void {
  const { caches, settings } = state;
  const { clock } = settings;
  let cancel: (() => void) | undefined;
  let awaySince: number | undefined;
  let isTold = false;

  function away(): void {
    awaySince ??= clock.monotonic();
    cancel ??= clock.after(
      LONG_MS,
      () => {
        isTold = true;
        const message = `the hub has not been reached for ${LONG_MS / 1000} s: exports and imports stay as they were`;
        tellOfOwn(state, { type: 'Warning', reason: 'HubUnreachable', message });
      },
      { background: true },
    );
  }

  function back(): void {
    cancel?.();
    cancel = undefined;
    const seconds = Math.round((clock.monotonic() - (awaySince ?? clock.monotonic())) / 1000);
    awaySince = undefined;
    if (!isTold) return;
    isTold = false;
    tellOfOwn(state, {
      type: 'Normal',
      reason: 'HubReachable',
      message: `the hub is reached again after ${seconds} s`,
    });
  }

  const look = () => (caches.hubConnected ? back() : away());
  const unsubscribe = [caches.hubMembers.onState(look), caches.hubExports.onState(look)];
  look();
  return () => {
    cancel?.();
    for (const stop of unsubscribe) stop();
  };
}
