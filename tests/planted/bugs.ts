/** Bugs that must not go unseen: each a small change of our source, and the test that must then fail. */
export interface PlantedBug {
  readonly what: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly was: string;
  readonly becomes: string;
  readonly test: { readonly file: string; readonly name: string };
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    what: 'a weight is one slot too heavy',
    file: 'src/plan/shares-table.ts',
    was: 'Array<string>(weight).fill(cluster)',
    becomes: 'Array<string>(weight + 1).fill(cluster)',
    test: {
      file: 'src/plan/shares-table.test.ts',
      name: 'the table holds each cluster as often as it counts, shuffled, and the same for the same seed',
    },
  },
  {
    what: 'a backend that becomes another keeps its generation',
    file: 'src/agent/apply/kernel-maps.ts',
    was: 'generation === LAST_GENERATION ? 1 : generation + 1',
    becomes: 'generation === 0 ? 1 : generation',
    test: {
      file: 'src/agent/apply/kernel-maps.root.test.ts',
      name: 'an entry that becomes another backend never keeps the generation that a socket may remember',
    },
  },
  {
    what: 'an export that was taken back stays',
    file: 'src/plan/vouched-absences.ts',
    was: 'removed.has(one.cluster) || !present.has(textOf(one))',
    becomes: 'removed.has(one.cluster)',
    test: {
      file: 'src/plan/vouched-absences.test.ts',
      name: 'an export is dropped when its member vouches for a list without it',
    },
  },
  {
    what: 'a word is stored before the range that it leads to',
    file: 'src/agent/apply/connect-tables.ts',
    was: '    desired.backends.forEach((backend, i) => {',
    becomes: '    this.#maps.groups.set(index, run);\n    desired.backends.forEach((backend, i) => {',
    test: {
      file: 'src/agent/apply/connect-tables.test.ts',
      name: 'memory maps: a write that fails leaves tables that can be walked, and the next try brings what was wanted',
    },
  },
  {
    what: 'an import has families that its cluster lacks',
    file: 'src/plan/merge-exports.ts',
    was: 'winner.ipFamilies.filter((family) => families.includes(family))',
    becomes: '[...winner.ipFamilies]',
    test: {
      file: 'src/plan/merge-exports.test.ts',
      name: "families are the winner's in its order, as far as this cluster has them",
    },
  },
  {
    what: 'a lane port is given to another service at once',
    file: 'src/plan/lane-ports.ts',
    was: 'now - Date.parse(freedAt) < QUARANTINE_MS',
    becomes: 'now - Date.parse(freedAt) < 0',
    test: {
      file: 'src/plan/allocations.test.ts',
      name: 'a freed lane port is refused, and waits for every peer and for an hour',
    },
  },
  {
    what: 'an absence is believed though nobody vouches for it',
    file: 'src/plan/vouched-absences.ts',
    was: "if (!marker) return 'its member has published no marker on this hub';",
    becomes: 'if (!marker) return undefined;',
    test: {
      file: 'src/plan/vouched-absences.test.ts',
      name: 'a list that its member does not vouch for drops nothing, and the reason is said',
    },
  },
  {
    what: 'a range is used again while a reader may hold it',
    file: 'src/agent/apply/ranges.ts',
    was: 'const REST_MS = 10_000;',
    becomes: 'const REST_MS = 0;',
    test: {
      file: 'src/agent/apply/connect-tables.test.ts',
      name: 'a freed range is not used again while a reader may hold it',
    },
  },
  {
    what: 'what a service no longer needs is never free again',
    file: 'src/agent/apply/connect-tables.ts',
    was: '    this.#release(had.filter((held) => !kept.has(heldText(held))));',
    becomes: '    if (kept.size < 0) this.#release(had);',
    test: {
      file: 'src/agent/apply/connect-tables.test.ts',
      name: 'memory maps: no history, with failures or without, loses an entry of a table',
    },
  },
  {
    what: 'imported slices count as own, and would be exported again',
    file: 'src/plan/own-slices.ts',
    was: '  if (LABEL_SOURCE_CLUSTER in labels || PROVISION_CLUSTER in annotations) return false;\n',
    becomes: '',
    test: {
      file: 'src/plan/local-endpoints.test.ts',
      name: 'slices that a multi-cluster tool imported are not this cluster',
    },
  },
  {
    what: 'a drained cluster gets new connections',
    file: 'src/agent/compile/service-tables.ts',
    was: '!drains(member, serviceKey(inputs.name)) && callable(site, member, family)',
    becomes: 'callable(site, member, family)',
    test: {
      file: 'src/agent/compile/service-tables.test.ts',
      name: 'a drained member, and one that no lane reaches, get no new connection',
    },
  },
];
