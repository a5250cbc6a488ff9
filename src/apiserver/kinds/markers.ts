/**
 * What the type declarations do not say about fields of the built-in kinds: how lists merge, which structs are taken
 * whole, defaults. Facts of Kubernetes' API reference, written by us. A list without a mark is taken whole (atomic).
 */
import type { Json, Schema } from '#objects/index.ts';

/** A list whose items are known by these fields; the first one is also the key of strategic merge. */
const byKey = (...keys: string[]): Schema => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  'x-kubernetes-patch-merge-key': keys[0],
  'x-kubernetes-patch-strategy': 'merge',
});
const volumes: Schema = { ...byKey('name'), 'x-kubernetes-patch-strategy': 'merge,retainKeys' };
const set: Schema = { 'x-kubernetes-list-type': 'set' };
const mergedSet: Schema = {
  'x-kubernetes-list-type': 'set',
  'x-kubernetes-patch-strategy': 'merge',
};
const whole: Schema = { 'x-kubernetes-map-type': 'atomic' };
const oneOf = (...values: string[]): Schema => ({ enum: values });
const or = (value: Json, more: Schema = {}): Schema => ({ default: value, ...more });
const bytes: Schema = { additionalProperties: { type: 'string', format: 'byte' } };

const protocol = or('TCP', oneOf('TCP', 'UDP', 'SCTP'));
const container = {
  ports: byKey('containerPort', 'protocol'),
  env: byKey('name'),
  volumeMounts: byKey('mountPath'),
  volumeDevices: byKey('devicePath'),
  resources: or({}),
  terminationMessagePath: or('/dev/termination-log'),
  terminationMessagePolicy: or('File'),
};
const conditions = { conditions: byKey('type') };
const port = { minimum: 1, maximum: 65535 };

/** Group → type → field → what to add to the field's schema; the field `*` is the type itself. */
export const MARKERS: Record<string, Record<string, Record<string, Schema>>> = {
  meta: {
    ObjectMeta: {
      finalizers: mergedSet,
      ownerReferences: byKey('uid'),
    },
    LabelSelector: { '*': whole },
    OwnerReference: { '*': whole },
  },
  core: {
    ...Object.fromEntries(
      [
        ...['ObjectReference', 'LocalObjectReference', 'TypedLocalObjectReference', 'SecretReference'],
        ...['SecretKeySelector', 'ConfigMapKeySelector', 'ObjectFieldSelector', 'ResourceFieldSelector'],
        ...['NodeSelector', 'NodeSelectorTerm', 'EndpointAddress'],
      ].map((type) => [type, { '*': whole }]),
    ),
    ObjectFieldSelector: { '*': whole, apiVersion: or('v1') },
    EndpointPort: { '*': whole, protocol },
    NamespaceStatus: { ...conditions, phase: or('Active') },
    Namespace: { spec: or({}), status: or({}) },
    Service: { spec: or({}), status: or({}) },
    ServiceSpec: {
      ports: byKey('port', 'protocol'),
      selector: whole,
      type: or('ClusterIP', oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName')),
      sessionAffinity: or('None', oneOf('ClientIP', 'None')),
      internalTrafficPolicy: oneOf('Cluster', 'Local'),
      externalTrafficPolicy: oneOf('Cluster', 'Local'),
      ipFamilyPolicy: oneOf('SingleStack', 'PreferDualStack', 'RequireDualStack'),
    },
    ServicePort: { protocol, port, nodePort: { minimum: 0, maximum: 65535 } },
    ServiceStatus: { ...conditions, loadBalancer: or({}) },
    Pod: { spec: or({}), status: or({}) },
    PodSpec: {
      containers: { ...byKey('name'), minItems: 1 },
      initContainers: byKey('name'),
      ephemeralContainers: byKey('name'),
      volumes,
      imagePullSecrets: byKey('name'),
      hostAliases: byKey('ip'),
      topologySpreadConstraints: byKey('topologyKey', 'whenUnsatisfiable'),
      schedulingGates: byKey('name'),
      resourceClaims: volumes,
      nodeSelector: whole,
      dnsPolicy: or('ClusterFirst', oneOf('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None')),
      restartPolicy: or('Always', oneOf('Always', 'OnFailure', 'Never')),
      terminationGracePeriodSeconds: or(30),
      schedulerName: or('default-scheduler'),
      securityContext: or({}),
    },
    PodStatus: { ...conditions, podIPs: byKey('ip'), phase: or('Pending') },
    Container: container,
    EphemeralContainer: container,
    ContainerPort: { protocol, containerPort: port },
    ResourceRequirements: { claims: byKey('name') },
    Probe: {
      timeoutSeconds: or(1),
      periodSeconds: or(10),
      successThreshold: or(1),
      failureThreshold: or(3),
    },
    HTTPGetAction: { path: or('/'), scheme: or('HTTP', oneOf('HTTP', 'HTTPS')) },
    GRPCAction: { service: or('') },
    ConfigMapVolumeSource: { defaultMode: or(420) },
    SecretVolumeSource: { defaultMode: or(420) },
    ProjectedVolumeSource: { defaultMode: or(420) },
    DownwardAPIVolumeSource: { defaultMode: or(420) },
    ServiceAccountTokenProjection: { expirationSeconds: or(3600) },
    HostPathVolumeSource: { type: or('') },
    // A node of both families has two of one type, so that a strategic patch must replace them all.
    NodeStatus: {
      ...conditions,
      addresses: { 'x-kubernetes-patch-merge-key': 'type', 'x-kubernetes-patch-strategy': 'merge' },
    },
    NodeSpec: { podCIDRs: mergedSet },
    ServiceAccount: { secrets: byKey('name') },
    Secret: { data: bytes, type: or('Opaque') },
    ConfigMap: { binaryData: bytes },
  },
  discovery: {
    Endpoint: { addresses: { ...set, minItems: 1, maxItems: 100 } },
    EndpointSlice: { addressType: oneOf('FQDN', 'IPv4', 'IPv6'), endpoints: or([]) },
    EndpointPort: { '*': whole, name: or(''), protocol },
  },
  apps: {
    Deployment: { spec: {}, status: or({}) },
    DeploymentSpec: {
      replicas: or(1, { minimum: 0 }),
      revisionHistoryLimit: or(10),
      progressDeadlineSeconds: or(600),
      strategy: or({}, { 'x-kubernetes-patch-strategy': 'retainKeys' }),
    },
    DeploymentStrategy: { type: or('RollingUpdate', oneOf('Recreate', 'RollingUpdate')) },
    RollingUpdateDeployment: { maxSurge: or('25%'), maxUnavailable: or('25%') },
    DeploymentStatus: conditions,
    ReplicaSet: { status: or({}) },
    ReplicaSetSpec: { replicas: or(1, { minimum: 0 }) },
    ReplicaSetStatus: { ...conditions, replicas: or(0) },
    StatefulSet: { status: or({}) },
    StatefulSetSpec: {
      replicas: or(1, { minimum: 0 }),
      podManagementPolicy: or('OrderedReady', oneOf('OrderedReady', 'Parallel')),
      revisionHistoryLimit: or(10),
      updateStrategy: or({}),
      persistentVolumeClaimRetentionPolicy: or({}),
      serviceName: or(''),
    },
    StatefulSetUpdateStrategy: { type: or('RollingUpdate', oneOf('OnDelete', 'RollingUpdate')) },
    RollingUpdateStatefulSetStrategy: { partition: or(0) },
    StatefulSetPersistentVolumeClaimRetentionPolicy: { whenDeleted: or('Retain'), whenScaled: or('Retain') },
    StatefulSetStatus: { ...conditions, replicas: or(0), availableReplicas: or(0) },
  },
  autoscaling: {
    HorizontalPodAutoscalerSpec: { minReplicas: or(1), maxReplicas: { minimum: 1 } },
    HorizontalPodAutoscalerStatus: conditions,
  },
  rbac: {
    RoleRef: { '*': whole, apiGroup: or('rbac.authorization.k8s.io') },
    Subject: { '*': whole },
    AggregationRule: {},
  },
  apiextensions: {
    CustomResourceDefinitionSpec: {
      conversion: or({ strategy: 'None' }),
      scope: oneOf('Cluster', 'Namespaced'),
      versions: { minItems: 1 },
    },
    CustomResourceDefinitionStatus: {
      conditions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    },
  },
};
