/** What `kubectl get` shows of the built-in kinds; fields computed from several others are marked and filled by `summary.ts`. */
import type { PrinterColumn } from '#objects/index.ts';

const column = (name: string, jsonPath: string, type = 'string', priority = 0): PrinterColumn => ({
  name,
  type,
  jsonPath,
  priority,
});
const name = column('Name', '.metadata.name');
const age = column('Age', '.metadata.creationTimestamp', 'date');

/** Columns by plural; `.summary.x` is filled from the whole object. */
export const COLUMNS: Readonly<Record<string, readonly PrinterColumn[]>> = {
  namespaces: [name, column('Status', '.status.phase'), age],
  nodes: [
    name,
    column('Status', '.summary.ready'),
    age,
    column('Version', '.status.nodeInfo.kubeletVersion'),
    column('Internal-IP', '.summary.internalIP', 'string', 1),
  ],
  pods: [
    name,
    column('Ready', '.summary.ready'),
    column('Status', '.summary.status'),
    column('Restarts', '.summary.restarts', 'integer'),
    age,
    column('IP', '.status.podIP', 'string', 1),
    column('Node', '.spec.nodeName', 'string', 1),
  ],
  services: [
    name,
    column('Type', '.spec.type'),
    column('Cluster-IP', '.spec.clusterIP'),
    column('External-IP', '.summary.externalIP'),
    column('Port(s)', '.summary.ports'),
    age,
    column('Selector', '.summary.selector', 'string', 1),
  ],
  endpointslices: [
    name,
    column('AddressType', '.addressType'),
    column('Ports', '.summary.ports'),
    column('Endpoints', '.summary.endpoints'),
    age,
  ],
  endpoints: [name, age],
  configmaps: [name, column('Data', '.summary.data', 'integer'), age],
  secrets: [name, column('Type', '.type'), column('Data', '.summary.data', 'integer'), age],
  serviceaccounts: [name, age],
  events: [
    column('Last Seen', '.lastTimestamp', 'date'),
    column('Type', '.type'),
    column('Reason', '.reason'),
    column('Object', '.summary.object'),
    column('Message', '.message'),
  ],
  leases: [name, column('Holder', '.spec.holderIdentity'), age],
  deployments: [
    name,
    column('Ready', '.summary.ready'),
    column('Up-to-date', '.summary.updated', 'integer'),
    column('Available', '.summary.available', 'integer'),
    age,
  ],
  replicasets: [
    name,
    column('Desired', '.spec.replicas', 'integer'),
    column('Current', '.status.replicas', 'integer'),
    column('Ready', '.summary.readyCount', 'integer'),
    age,
  ],
  statefulsets: [name, column('Ready', '.summary.ready'), age],
  horizontalpodautoscalers: [
    name,
    column('Reference', '.summary.reference'),
    column('MinPods', '.spec.minReplicas', 'integer'),
    column('MaxPods', '.spec.maxReplicas', 'integer'),
    age,
  ],
  rolebindings: [name, column('Role', '.summary.role'), age],
  clusterrolebindings: [name, column('Role', '.summary.role'), age],
  customresourcedefinitions: [name, column('Created At', '.metadata.creationTimestamp')],
};

export const PLAIN_COLUMNS: readonly PrinterColumn[] = [name, age];
