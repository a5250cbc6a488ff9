/** ClusterExport: what one member says of one service it exports. The member's object is the record, the hub's a replica. */
import type { Meta } from '#objects/index.ts';
import { MAX_HEADLESS_ENDPOINTS } from '../names.ts';
import {
  choice,
  flag,
  group,
  integer,
  list,
  listByKey,
  optional,
  type Shape,
  text,
  textMap,
  time,
} from '../schema/fields.ts';

const port = group(
  {
    name: optional(text('Name of the service port; may be empty.', { default: '' })),
    protocol: choice(['TCP', 'UDP', 'SCTP'], 'IP protocol.', { default: 'TCP' }),
    appProtocol: optional(text('Application protocol.')),
    port: integer('Port of the service.', { minimum: 1, maximum: 65535 }),
    lanePort: optional(
      integer("Port of the member's gateways that leads here; absent where no lane carries it.", {
        minimum: 1,
        maximum: 65535,
      }),
    ),
    ready: integer('Endpoints that are ready.', { minimum: 0, default: 0 }),
    total: integer('Endpoints that are not terminating.', { minimum: 0, default: 0 }),
  },
  'One port of the service.',
);

const endpoint = group(
  {
    name: text('What tells it from the others: its hostname, or else its address.', { minLength: 1 }),
    hostname: optional(text('Its hostname, as the EndpointSlice has it.')),
    podAddress: text('Address that the pod has at home.'),
    substituteAddress: optional(
      text('Address that stands for it in every other member, where pod ranges of the set overlap.'),
    ),
    ready: flag('Whether it takes new connections.'),
    ports: listByKey(
      group(
        {
          name: optional(text('Name of the service port; may be empty.', { default: '' })),
          port: integer('Port of the pod.', { minimum: 1, maximum: 65535 }),
          lanePort: optional(
            integer("Port of the member's gateways that leads to this port of this very pod.", {
              minimum: 1,
              maximum: 65535,
            }),
          ),
        },
        'One port of the endpoint.',
      ),
      ['name'],
      'Its ports.',
    ),
  },
  'An endpoint of a headless service, by one address.',
);

const affinityConfig = group(
  {
    clientIP: optional(
      group(
        { timeoutSeconds: optional(integer('How long a client keeps its backend, in seconds.')) },
        'Affinity by client address.',
      ),
    ),
  },
  'Details of session affinity.',
);

export const clusterExportSpec = group(
  {
    cluster: text('Name of the exporting member.', { minLength: 1 }),
    service: group({ namespace: text('Its namespace.'), name: text('Its name.') }, 'The service that is exported.'),
    type: choice(['ClusterSetIP', 'Headless'], 'Kind of service.'),
    ipFamilies: list(choice(['IPv4', 'IPv6'], 'Address family.'), 'Families of the service, first is primary.'),
    sessionAffinity: optional(choice(['None', 'ClientIP'], 'As in the Service.')),
    sessionAffinityConfig: optional(affinityConfig),
    internalTrafficPolicy: optional(choice(['Cluster', 'Local'], 'As in the Service.')),
    trafficDistribution: optional(text('As in the Service.')),
    exportedLabels: optional(textMap('Labels of the ServiceExport for the imports.')),
    exportedAnnotations: optional(textMap('Annotations of the ServiceExport for the imports.')),
    exportedAt: optional(time("When the hub first held it, by the hub's clock; taken once. Orders conflicts.")),
    exportUID: optional(text('UID of the ServiceExport.')),
    targetClusters: optional(
      list(text('Member name, or region/zone/group/cluster with *.'), 'Who may import; absent: every member.'),
    ),
    epoch: optional(integer("The member's epoch at the last change of what is exported.", { minimum: 0 })),
    withdrawn: optional(
      time('Set while the export is being taken back: peers stop using it, the lane port still serves.'),
    ),
    ports: listByKey(port, ['name', 'protocol', 'port'], 'Ports, in the order of the Service.'),
    portsShown: optional(
      text('Ports in one line, for tables, as `80/TCP 2/3`: ready of all endpoints. A column shows one value only.'),
    ),
    endpoints: optional(
      listByKey(endpoint, ['name'], `Of a headless service only: its pods, at most ${MAX_HEADLESS_ENDPOINTS}.`, {
        maxItems: MAX_HEADLESS_ENDPOINTS,
      }),
    ),
    endpointsLeftOut: optional(integer('How many endpoints are more than may be exported.', { minimum: 1 })),
  },
  'Written by the member alone.',
);

export type ClusterExportSpec = Shape<typeof clusterExportSpec>;
export type ClusterExportPort = Shape<typeof port>;
export type ClusterExportEndpoint = Shape<typeof endpoint>;

export interface ClusterExport {
  readonly apiVersion: string;
  readonly kind: 'ClusterExport';
  readonly metadata: Meta;
  readonly spec: ClusterExportSpec;
}
