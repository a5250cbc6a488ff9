/** The built-in kinds, a line each. */
import { wholeObjectSchema } from '#objects/index.ts';
import { COLUMNS, PLAIN_COLUMNS } from './columns.ts';
import { definitions, lookupDefinition } from './definitions.ts';
import type { Kind, ScalePaths } from './kind.ts';

interface Line {
  readonly definition: string;
  readonly plural: string;
  readonly group?: string;
  readonly version?: string;
  readonly short?: readonly string[];
  readonly clusterScoped?: boolean;
  readonly status?: boolean;
  readonly generation?: boolean;
  readonly scale?: ScalePaths;
  readonly subresources?: readonly string[];
  /** A hub that serves nobody but sealane has it too. */
  readonly hub?: boolean;
}

const workloadScale: ScalePaths = { spec: 'spec.replicas', status: 'status.replicas', selector: 'spec.selector' };
const workload = { group: 'apps', status: true, generation: true, scale: workloadScale } as const;
const rbac = { group: 'rbac.authorization.k8s.io', hub: true } as const;

const LINES: readonly Line[] = [
  {
    definition: 'core.v1.Namespace',
    plural: 'namespaces',
    short: ['ns'],
    subresources: ['finalize'],
    clusterScoped: true,
    status: true,
    hub: true,
  },
  { definition: 'core.v1.Node', plural: 'nodes', short: ['no'], clusterScoped: true, status: true },
  {
    definition: 'core.v1.Pod',
    plural: 'pods',
    short: ['po'],
    status: true,
    subresources: ['log', 'exec', 'eviction', 'binding'],
  },
  { definition: 'core.v1.Service', plural: 'services', short: ['svc'], status: true },
  { definition: 'core.v1.Endpoints', plural: 'endpoints', short: ['ep'] },
  { definition: 'core.v1.ConfigMap', plural: 'configmaps', short: ['cm'], hub: true },
  { definition: 'core.v1.Secret', plural: 'secrets', hub: true },
  {
    definition: 'core.v1.ServiceAccount',
    plural: 'serviceaccounts',
    short: ['sa'],
    subresources: ['token'],
    hub: true,
  },
  { definition: 'core.v1.Event', plural: 'events', short: ['ev'], hub: true },
  { definition: 'discovery.v1.EndpointSlice', plural: 'endpointslices', group: 'discovery.k8s.io', generation: true },
  { definition: 'events.v1.Event', plural: 'events', group: 'events.k8s.io', short: ['ev'] },
  { definition: 'coordination.v1.Lease', plural: 'leases', group: 'coordination.k8s.io', hub: true },
  { definition: 'apps.v1.Deployment', plural: 'deployments', short: ['deploy'], ...workload },
  { definition: 'apps.v1.ReplicaSet', plural: 'replicasets', short: ['rs'], ...workload },
  { definition: 'apps.v1.StatefulSet', plural: 'statefulsets', short: ['sts'], ...workload },
  { definition: 'apps.v1.ControllerRevision', plural: 'controllerrevisions', group: 'apps' },
  {
    definition: 'autoscaling.v2.HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    group: 'autoscaling',
    version: 'v2',
    short: ['hpa'],
    status: true,
  },
  { definition: 'rbac.v1.Role', plural: 'roles', ...rbac },
  { definition: 'rbac.v1.RoleBinding', plural: 'rolebindings', ...rbac },
  { definition: 'rbac.v1.ClusterRole', plural: 'clusterroles', clusterScoped: true, ...rbac },
  { definition: 'rbac.v1.ClusterRoleBinding', plural: 'clusterrolebindings', clusterScoped: true, ...rbac },
  {
    definition: 'apiextensions.v1.CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    group: 'apiextensions.k8s.io',
    short: ['crd', 'crds'],
    clusterScoped: true,
    status: true,
    generation: true,
    hub: true,
  },
];

/** Every built-in kind, or those that a hub without workloads needs. */
export function builtinKinds(which: 'all' | 'hub' = 'all'): Kind[] {
  return LINES.filter(({ hub }) => which === 'all' || hub).map(toKind);
}

function toKind(line: Line): Kind {
  const { group = '', version = 'v1', plural, clusterScoped = false, short = [] } = line;
  const kind = line.definition.split('.').at(-1) ?? '';
  const schema = definitions()[definitionName(line.definition)];
  if (!schema) throw new Error(`no schema of ${line.definition}`);
  const columns = COLUMNS[plural] ?? PLAIN_COLUMNS;
  return {
    type: { group, version, plural, kind, namespaced: !clusterScoped },
    singular: kind.toLowerCase(),
    shortNames: short,
    categories: ['pods', 'services', 'deployments', 'replicasets', 'statefulsets'].includes(plural) ? ['all'] : [],
    versions: [{ name: version, served: true, schema: wholeObjectSchema(schema), columns }],
    lookup: lookupDefinition,
    isStrategic: true,
    hasStatus: line.status ?? false,
    hasGeneration: line.generation ?? false,
    ...(line.scale && { scale: line.scale }),
    subresources: line.subresources ?? [],
  };
}

export function definitionName(short: string): string {
  return short.startsWith('apiextensions.')
    ? `io.k8s.apiextensions-apiserver.pkg.apis.${short}`
    : `io.k8s.api.${short}`;
}
