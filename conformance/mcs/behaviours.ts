/**
 * What the conformance suite of kubernetes-sigs/mcs-api (v0.5) asks for, one line a spec of it, in its order. The words are ours; the
 * numbers are those of our tests. `docs/mcs-conformance.md` is written from this.
 */
export interface Behaviour {
  readonly number: number;
  readonly level: 'Required' | 'Optional';
  readonly title: string;
  /** Why it cannot hold where members' pods have the same addresses, and what holds instead. */
  readonly onOverlap?: string;
}

const list: readonly (readonly [Behaviour['level'], string, string?])[] = [
  ['Required', 'an import exists as long as at least one cluster exports the service'],
  ['Optional', 'an import has the exported labels and annotations, and no others'],
  ['Optional', 'where exported labels and annotations differ, the oldest export wins and every exporter says so'],
  ['Required', 'a ClusterSetIP import is in every cluster, the exporter included, and is gone after the unexport'],
  ['Required', 'an import has the session affinity of the service, its configuration included'],
  ['Required', 'an import has the internal traffic policy of the service'],
  ['Required', 'an import has the traffic distribution of the service'],
  ['Required', 'an import has one valid address for each of its families, in their order'],
  ['Required', 'an import has the ports of the service'],
  ['Required', 'an import has the ports of all exporters, and exporters that differ say so'],
  ['Required', 'of two ports with one name and two numbers the oldest export’s wins, and every exporter says so'],
  ['Required', 'a Headless import is in every cluster, the exporter included, and is gone after the unexport'],
  ['Required', 'a Headless import has families and no addresses'],
  ['Required', 'a Service of type ExternalName is not exported, and says so'],
  ['Required', 'where some exporters are headless, the type of the oldest wins, and every exporter says so'],
  ['Required', 'a service that is not exported cannot be reached by its clusterset name'],
  ['Optional', 'an exported service is reached by its clusterset name from every cluster'],
  ['Optional', 'a service that one cluster exports and all have is reached in that cluster only'],
  ['Optional', 'a service that several clusters export is reached in each of them'],
  ['Optional', 'a port that one exporter has is reached there, from the clusters of other exporters too'],
  ['Optional', 'an import has slices of each of its families with the labels that name service and source'],
  ['Optional', 'the clusterset name of a ClusterSetIP service has the addresses of its import'],
  ['Optional', 'SRV of a ClusterSetIP service names it once for each port number'],
  ['Optional', 'the ordinary name keeps the ClusterIP of the local Service'],
  [
    'Optional',
    'the clusterset name of a headless service has the addresses of its pods',
    'an address of a pod means another pod in another cluster; every other cluster has the same substitute for it, which the exporter gave, and the exporter has the pod’s own',
  ],
  ['Optional', 'a host of a headless service has a name of its own, by hostname and source cluster'],
  ['Optional', 'SRV of a headless service names each of its hosts'],
];

export const BEHAVIOURS: readonly Behaviour[] = list.map(([level, title, onOverlap], i) => ({
  number: i + 1,
  level,
  title,
  ...(onOverlap !== undefined && { onOverlap }),
}));
