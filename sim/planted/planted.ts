/** Bugs that somebody might make: each a few words of the product put differently while it is loaded. The simulation must find every one. */

export interface Planted {
  readonly name: string;
  /** Below `src/`. */
  readonly file: string;
  /** Must be there, once. */
  readonly find: string;
  readonly put: string;
  /** What it would do to people. */
  readonly harm: string;
  /** The seed that found it first: where a test begins to look. */
  readonly foundBy: number;
}

export const PLANTED: readonly Planted[] = [
  {
    name: 'absence-believed',
    file: 'plan/vouched-absences.ts',
    find: "if (!marker) return 'its member has published no marker on this hub';",
    put: 'return undefined;',
    harm: 'an emptied hub takes every import away',
    foundBy: 0,
  },
  {
    name: 'epoch-not-compared',
    file: 'plan/vouched-absences.ts',
    find: 'marker.epoch < seenEpoch',
    put: 'marker.epoch < 0',
    harm: 'a hub restored from an old backup takes away what was exported since',
    foundBy: 34,
  },
  {
    name: 'lane-ports-not-resting',
    file: 'plan/lane-ports.ts',
    find: 'const QUARANTINE_MS = 60 * 60_000;',
    put: 'const QUARANTINE_MS = 0;',
    harm: 'a caller that slept reaches another service',
    foundBy: 0,
  },
  {
    name: 'vip-shown-before-written',
    file: 'member/imports/keep-import.ts',
    find: 'if (missing.length > 0) records.wantPeers([...records.peers(), ...missing]);\n  await records.save();',
    put: 'if (missing.length > 0) records.wantPeers([...records.peers(), ...missing]);\n  void records.save();',
    harm: 'a crash gives the same address to another service',
    foundBy: 0,
  },
  {
    name: 'missed-deletes',
    file: 'kube/reflect.ts',
    find: 'for (const key of shelf.keys()) if (!seen.has(key)) shelf.remove(key);',
    put: '',
    harm: 'what was deleted while a watch was broken stays for ever',
    foundBy: 0,
  },
  {
    name: 'lease-taken-early',
    file: 'kube/lease.ts',
    find: 'return clock.monotonic() - seen.since > (lease.spec?.leaseDurationSeconds ?? claim.durationSeconds) * 1000;',
    put: 'return true;',
    harm: 'two processes lead at once',
    foundBy: 1,
  },
  {
    name: 'merge-in-order-of-arrival',
    file: 'plan/merge-exports.ts',
    find: '.toSorted(byAge)',
    put: '',
    harm: 'members make different imports of the same records',
    foundBy: 3,
  },
  {
    name: 'ready-change-forgotten',
    file: 'member/exports/keep-record.ts',
    find: 'if (wait > 0) return wait;',
    put: 'if (wait > 0) return undefined;',
    harm: 'the last step of a rollout is never told',
    foundBy: 1,
  },
  {
    name: 'unready-pods-behind-lanes',
    file: 'plan/gateway-model.ts',
    find: 'return servingPods(found?.pods ?? []).map(podOf);',
    put: 'return (found?.pods ?? []).map(podOf);',
    harm: 'calls from other clusters reach pods that are not ready',
    foundBy: 1,
  },
  {
    name: 'remainders-by-name',
    file: 'plan/largest-remainder.ts',
    find: 'Number(b.rest > a.rest) - Number(a.rest > b.rest) || byText(a.cluster, b.cluster)',
    put: 'byText(a.cluster, b.cluster)',
    harm: 'shares are off by one slot',
    foundBy: 3,
  },
  {
    name: 'tables-not-pruned',
    file: 'agent/duties/connect.ts',
    find: 'for (const key of this.#tables.keys()) if (!this.#owner.has(key)) this.#tables.remove(key);',
    put: '',
    harm: 'an address that went while the agent was away is called for ever',
    foundBy: 10,
  },
  {
    name: 'group-not-turned',
    file: 'agent/apply/connect-tables.ts',
    find: 'this.#maps.groups.set(group.index, group.run);\n      yield',
    put: 'yield',
    harm: 'calls go to the pods and gateways of before',
    foundBy: 3,
  },
  {
    name: 'own-link-not-suspected',
    file: 'agent/prober/judge.ts',
    find: 'watched.against < IN_A_ROW || othersHeard < watched.missedSince',
    put: 'watched.misses < IN_A_ROW',
    harm: 'gateways that hear nobody take clusters for down that are not',
    foundBy: 4,
  },
];
