/**
 * Every Event that we write besides those that say what a condition says: its reason, the kind that it is said of, and what it
 * means. The sentence a person sees names the objects and numbers; this is the general one, for documentation.
 */
export interface EventWords {
  readonly type: 'Normal' | 'Warning';
  readonly of: string;
  readonly by: 'agent' | 'member';
  readonly means: string;
}

export const EVENT_WORDS = {
  HubUnreachable: {
    type: 'Warning',
    of: 'MemberCluster',
    by: 'member',
    means: 'The hub has not been reached for a minute; exports and imports stay as they were.',
  },
  HubReachable: { type: 'Normal', of: 'MemberCluster', by: 'member', means: 'The hub is reached again.' },
  NameTaken: {
    type: 'Warning',
    of: 'MemberCluster',
    by: 'member',
    means: 'Another cluster publishes under the name of this one, so this one does not.',
  },
  ClusterUnreachable: {
    type: 'Warning',
    of: 'MemberCluster',
    by: 'agent',
    means: 'All that leads to the cluster is ejected on a node, or its gateways do not answer; calls go elsewhere.',
  },
  ClusterBack: {
    type: 'Normal',
    of: 'MemberCluster',
    by: 'agent',
    means: 'Connections of that node are given to the cluster again.',
  },
  TableFillsUp: {
    type: 'Warning',
    of: 'Node',
    by: 'agent',
    means: 'A kernel table of the node is more than 80 % full; the message says what happens when it is full.',
  },
  TableHasRoom: { type: 'Normal', of: 'Node', by: 'agent', means: 'The table is less than 80 % full again.' },
  PeersNotProbed: {
    type: 'Warning',
    of: 'Node',
    by: 'agent',
    means:
      'This gateway cannot ask those of other members, such as when another process has its probe port; what was known of them holds, and the other gateways ask.',
  },
  PeersProbed: { type: 'Normal', of: 'Node', by: 'agent', means: 'This gateway asks those of other members again.' },
  ProgramsNotLoaded: {
    type: 'Warning',
    of: 'Node',
    by: 'agent',
    means:
      'The agent of the node cannot start: the kernel refuses its programs or tables, or its options do not fit the node. Pods of the node get no connection by name from elsewhere, unless an earlier agent left its programs; `sealane check` and `sealane bpf` there say more.',
  },
  ProgramsLoaded: {
    type: 'Normal',
    of: 'Node',
    by: 'agent',
    means: 'The agent of the node has started after all.',
  },
} as const satisfies Readonly<Record<string, EventWords>>;
