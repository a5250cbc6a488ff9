/**
 * What an agent keeps of Services and EndpointSlices: only what it reads, in little room: a hundred thousand endpoints must
 * fit.
 */
import {
  ANNOTATION_ENDPOINTS,
  ANNOTATION_IMPORT,
  ANNOTATION_LANES,
  ANNOTATION_TRIGGER_TIME,
  type EndpointSlice,
  LABEL_DERIVED,
  LABEL_HEADLESS,
  LABEL_LOCAL_SERVICE,
  LABEL_MANAGED_BY,
  LABEL_SERVICE_NAME,
  LABEL_SOURCE_CLUSTER,
  type Service,
} from '#api/index.ts';
import { PROVISION_CLUSTER } from '#plan/index.ts';

type Endpoint = EndpointSlice['endpoints'][number];
type Words = Readonly<Record<string, string>>;

const SLICE_LABELS = [
  LABEL_LOCAL_SERVICE,
  LABEL_SERVICE_NAME,
  LABEL_MANAGED_BY,
  LABEL_SOURCE_CLUSTER,
  LABEL_HEADLESS,
] as const;
const SLICE_ANNOTATIONS = [
  ANNOTATION_ENDPOINTS,
  ANNOTATION_LANES,
  ANNOTATION_IMPORT,
  ANNOTATION_TRIGGER_TIME,
  PROVISION_CLUSTER,
] as const;
/** More different words than this are forgotten and met anew. */
const WORDS = 10_000;
const words = new Map<string, string>();

export function projectService({ apiVersion, kind, metadata, spec }: Service): Service {
  const { name, namespace, uid, resourceVersion, labels } = metadata;
  const { type, clusterIP, clusterIPs, ports, internalTrafficPolicy, trafficDistribution } = spec ?? {};
  const { sessionAffinity, sessionAffinityConfig } = spec ?? {};
  return {
    apiVersion: shared(apiVersion),
    kind: shared(kind),
    metadata: {
      name,
      namespace: shared(namespace),
      uid,
      resourceVersion,
      ...chosen('labels', labels, [LABEL_DERIVED]),
    },
    spec: {
      type,
      clusterIP,
      clusterIPs,
      internalTrafficPolicy,
      trafficDistribution,
      sessionAffinity,
      sessionAffinityConfig,
      ports: ports?.map(({ name, protocol, port, nodePort }) => ({ name, protocol, port, nodePort })),
    },
  };
}

export function projectSlice({ apiVersion, kind, metadata, ...rest }: EndpointSlice): EndpointSlice {
  const { name, namespace, uid, resourceVersion, labels, annotations, deletionTimestamp } = metadata;
  const kept = {
    name,
    namespace: shared(namespace),
    uid,
    resourceVersion,
    ...chosen('labels', labels, SLICE_LABELS),
    ...chosen('annotations', annotations, SLICE_ANNOTATIONS),
    ...(deletionTimestamp && { deletionTimestamp }),
  };
  return new PackedSlice({ apiVersion: shared(apiVersion), kind: shared(kind), metadata: kept, ...rest });
}

/** Endpoints are kept as text, a fifth of what they take as objects, and read anew each time they are asked for. */
class PackedSlice implements EndpointSlice {
  readonly apiVersion: EndpointSlice['apiVersion'];
  readonly kind: EndpointSlice['kind'];
  readonly metadata: EndpointSlice['metadata'];
  readonly addressType: EndpointSlice['addressType'];
  readonly ports: EndpointSlice['ports'];
  readonly #endpoints: string;

  constructor({ apiVersion, kind, metadata, addressType, endpoints, ports }: EndpointSlice) {
    this.apiVersion = apiVersion;
    this.kind = kind;
    this.metadata = metadata;
    this.addressType = addressType;
    this.ports = ports?.map(({ name, protocol, port }) => ({ name, protocol, port }));
    this.#endpoints = JSON.stringify((endpoints ?? []).map(rowOf));
  }

  get endpoints(): Endpoint[] {
    return (JSON.parse(this.#endpoints) as Row[]).map(endpointOf);
  }
}

type Row = readonly [
  addresses: Endpoint['addresses'],
  conditions: readonly (0 | 1 | null)[],
  nodeName?: string | null,
  zone?: string | null,
  hostname?: string | null,
  hints?: Endpoint['hints'] | null,
];

function rowOf({ addresses, conditions = {}, nodeName, zone, hostname, hints }: Endpoint): Row {
  const { ready, serving, terminating } = conditions;
  const row = [addresses, [ready, serving, terminating].map(digit), nodeName, zone, hostname, hints] as const;
  return row.slice(0, row.findLastIndex((one) => one !== undefined) + 1) as unknown as Row;
}

function endpointOf([addresses, conditions, nodeName, zone, hostname, hints]: Row): Endpoint {
  const [ready, serving, terminating] = conditions.map((value) => (value === null ? undefined : value === 1));
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
    ...(hostname && { hostname }),
    ...(hints && { hints }),
  };
}

/** Absent is not the same as false. */
function digit(value: boolean | undefined): 0 | 1 | null {
  return value === undefined ? null : value ? 1 : 0;
}

/** Those of the words that are read here, if there are any. */
function chosen<K extends string>(field: K, all: Words | undefined, names: readonly string[]) {
  const found = names.flatMap((name) => (all?.[name] === undefined ? [] : [[name, all[name]] as const]));
  return (found.length > 0 ? { [field]: Object.fromEntries(found) } : {}) as Partial<Record<K, Words>>;
}

function shared<T extends string | undefined>(word: T): T {
  if (word === undefined) return word;
  const known = words.get(word);
  if (known !== undefined) return known as T;
  if (words.size >= WORDS) words.clear();
  words.set(word, word);
  return word;
}
