/**
 * The two CRDs of the Multi-Cluster Services API: schema, columns and labels are those of kubernetes-sigs/mcs-api v0.5.2, the
 * descriptions our own. Not generated from our types: they are not ours. Both versions have the same schema.
 */
import { MCS_GROUP } from '../names.ts';
import { conditions } from '../schema/condition.ts';
import { AGE, type Column, customResource } from '../schema/custom-resource.ts';

const RELEASE = 'v0.5.2';

const LABELS = { 'multicluster.x-k8s.io/release-version': RELEASE, 'multicluster.x-k8s.io/crd-schema-revision': '0' };

const word = (description: string) => ({ type: 'string', description });
const words = (description: string) => ({ type: 'object', additionalProperties: { type: 'string' }, description });
const short = (items: object, description: string) => ({ type: 'array', maxItems: 2, items, description });

const exportSchema = {
  spec: {
    type: 'object',
    description: 'What is exported beside the Service itself.',
    properties: {
      exportedLabels: words('Labels for the imports.'),
      exportedAnnotations: words('Annotations for the imports.'),
    },
  },
  status: {
    type: 'object',
    description: 'What became of the export. Written by the implementation.',
    properties: { conditions },
  },
};

const importPort = {
  type: 'object',
  required: ['port'],
  description: 'A port of the imported service.',
  properties: {
    name: word('Name of the port; empty if it is the only one.'),
    protocol: word('TCP, UDP or SCTP; TCP when left out.'),
    appProtocol: word('Application protocol: an IANA name or a prefixed one.'),
    port: { type: 'integer', format: 'int32', description: 'The port that is exposed.' },
  },
};

const importSchema = {
  spec: {
    type: 'object',
    required: ['ports', 'type'],
    description: 'The imported service.',
    properties: {
      ports: {
        type: 'array',
        items: importPort,
        'x-kubernetes-list-type': 'atomic',
        description: 'Union of the exported ports.',
      },
      ips: short({ type: 'string' }, 'Clusterset IPs, for type ClusterSetIP.'),
      ipFamilies: short(word('IPv4 or IPv6.'), 'Address families of the import.'),
      type: { type: 'string', enum: ['ClusterSetIP', 'Headless'], description: 'ClusterSetIP or Headless.' },
      sessionAffinity: word('ClientIP or None.'),
      sessionAffinityConfig: {
        type: 'object',
        description: 'Details of session affinity.',
        properties: {
          clientIP: {
            type: 'object',
            description: 'Affinity by client address.',
            properties: {
              timeoutSeconds: {
                type: 'integer',
                format: 'int32',
                description: 'How long it lasts, in seconds; at most a day.',
              },
            },
          },
        },
      },
      internalTrafficPolicy: word('Cluster or Local, as in a Service.'),
      trafficDistribution: word('Preference for near endpoints, as in a Service.'),
    },
  },
  status: {
    type: 'object',
    description: 'Where the import comes from, and how it is.',
    properties: {
      clusters: {
        type: 'array',
        description: 'The exporting clusters.',
        items: {
          type: 'object',
          required: ['cluster'],
          description: 'One exporting cluster.',
          properties: { cluster: word('Its name, a DNS label.') },
        },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['cluster'],
      },
      conditions,
      endpointSliceObjects: {
        type: 'string',
        enum: ['Present', 'Absent'],
        description: 'Whether EndpointSlices of the import exist.',
      },
    },
  },
};

const IMPORT_COLUMNS: readonly Column[] = [
  { name: 'Type', type: 'string', description: 'The type of this ServiceImport', jsonPath: '.spec.type' },
  { name: 'IP', type: 'string', description: 'The VIP for this ServiceImport', jsonPath: '.spec.ips' },
  AGE,
];

export const serviceExportCrd = customResource({
  group: MCS_GROUP,
  kind: 'ServiceExport',
  plural: 'serviceexports',
  singular: 'serviceexport',
  shortNames: ['svcex', 'svcexport'],
  namespaced: true,
  labels: LABELS,
  versions: [version('v1alpha1'), version('v1beta1')].map(({ name, storage }) => ({
    name,
    storage,
    status: true,
    description: 'Exports the Service of the same name and namespace to the other clusters of the set.',
    properties: exportSchema,
    columns: [AGE],
  })),
});

export const serviceImportCrd = customResource({
  group: MCS_GROUP,
  kind: 'ServiceImport',
  plural: 'serviceimports',
  singular: 'serviceimport',
  shortNames: ['svcim', 'svcimport'],
  namespaced: true,
  labels: LABELS,
  versions: [version('v1alpha1'), version('v1beta1')].map(({ name, storage }) => ({
    name,
    storage,
    status: true,
    description: 'A service imported from clusters of the set.',
    properties: importSchema,
    columns: IMPORT_COLUMNS,
  })),
});

function version(name: string) {
  return { name, storage: name === 'v1beta1' };
}
