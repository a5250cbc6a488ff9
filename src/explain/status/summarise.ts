/** `sealane status`: the objects of one cluster as lines that say what is so and what is still missing. */
import { drainProgress } from '../drain/progress.ts';
import type { ClusterObject, SeenCondition, StatusLine, StatusReport } from './model.ts';

/** Conditions that have to be True before an object counts as settled, by kind. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  MemberCluster: ['Ready'],
  ServiceExport: ['Valid', 'Ready'],
  ServiceImport: ['Ready'],
  GlobalTrafficPolicy: ['Accepted', 'TargetsResolved', 'Programmed'],
};

/**
 * Nothing more will come of the object here: another one speaks for the service, or an export was dispatched to a cluster
 * that does not have the Service, as Karmada's policies do. Both are shown, neither is waited for.
 */
const FINAL: ReadonlySet<string> = new Set(['Ignored', 'NoService']);

/** Conditions that are trouble while they are True; nobody waits for their end. */
const WARNED_OF: ReadonlySet<string> = new Set(['TablePressure', 'IndexConflict', 'HubStateSuspect']);

/**
 * @param objects MemberClusters, ServiceExports, ServiceImports, GlobalTrafficPolicies, in any order
 * @param forbidden names of kinds that the reader may not see: nobody can say then that everything is ready
 */
export function summarise(objects: readonly ClusterObject[], forbidden: readonly string[] = []): StatusReport {
  const members = objects.filter(({ kind }) => kind === 'MemberCluster');
  const lines = objects
    .map((object) => lineOf(object, members))
    .toSorted((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b)));
  const missing = lines.flatMap((line) => line.missing.map((what) => `${line.kind} ${nameOf(line)}: ${what}`));
  const unseen = forbidden.map((kinds) => `${kinds}: these credentials may not list them`);
  const nobody = lines.some(({ kind }) => kind === 'MemberCluster') ? [] : ['no member has joined'];
  const all = [...nobody, ...unseen, ...missing];
  return { settled: all.length === 0, missing: all, warnings: lines.flatMap(warningsOf), lines };
}

export function nameOf({ namespace, name }: Pick<StatusLine, 'namespace' | 'name'>): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function rank({ kind }: StatusLine): number {
  return Object.keys(WANTED).indexOf(kind);
}

function lineOf(object: ClusterObject, members: readonly ClusterObject[]): StatusLine {
  const { apiVersion, kind, metadata, spec = {}, status = {} } = object;
  const conditions = status.conditions ?? [];
  const leaving = metadata.deletionTimestamp !== undefined || spec.removed === true;
  const isFinal = conditions.some(({ reason, status: is }) => FINAL.has(reason) && is === 'False');
  return {
    group: apiVersion.split('/')[0] ?? '',
    kind,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    name: metadata.name,
    detail: object.kind === 'MemberCluster' ? memberDetail(object, members) : detailOf(object),
    conditions: conditions.map(({ type, status: is, reason, message }) => ({ type, status: is, reason, message })),
    missing:
      leaving || isFinal ? [] : [...(WANTED[kind] ?? []).flatMap((type) => missingOf(type, object)), ...lost(object)],
  };
}

function warningsOf(line: StatusLine): string[] {
  const found = line.conditions.filter(({ type, status }) => WARNED_OF.has(type) && status === 'True');
  return found.map((one) => `${line.kind} ${nameOf(line)}: ${one.type}, ${because(one)}`);
}

function missingOf(type: string, { metadata, status }: ClusterObject): string[] {
  const found = status?.conditions?.find((condition) => condition.type === type);
  if (!found) return [`${type} is not said yet`];
  if ((found.observedGeneration ?? Infinity) < (metadata.generation ?? 0)) return [`${type} is of an earlier version`];
  return found.status === 'True' ? [] : [`${type} is ${found.status}, ${because(found)}`];
}

/** Said of a member only where somebody asks it; not known is not lost. */
function lost({ kind, status }: ClusterObject): string[] {
  const found = status?.conditions?.find(({ type }) => type === 'Reachable');
  return kind === 'MemberCluster' && found?.status === 'False' ? [`Reachable is False, ${because(found)}`] : [];
}

function because({ reason, message }: Pick<SeenCondition, 'reason' | 'message'>): string {
  return message === '' ? reason : `${reason}: ${message}`;
}

function memberDetail({ metadata, spec = {}, status = {} }: ClusterObject, members: readonly ClusterObject[]): string {
  const gateways = status.gateways?.map(({ name, address }) => `${name} ${address}`) ?? [];
  const parts = [
    spec.transport,
    spec.removed === true && 'removed',
    drainDetail(metadata.name, spec, members),
    `gateways: ${gateways.join(', ') || 'none'}`,
  ];
  return parts.filter(Boolean).join('; ');
}

/** How far it is, is told on the hub only. */
function drainDetail(
  name: string,
  { drain, drainServices = [] }: NonNullable<ClusterObject['spec']>,
  members: readonly ClusterObject[],
): string {
  const { phase, connections, waitingFor } = drainProgress(members, name);
  if (phase === 'NotDraining') return '';
  const what = drain ? 'draining' : `draining ${drainServices.join(', ')}`;
  if (!members.some(({ status }) => status?.leftOver?.some(({ cluster }) => cluster === name))) return what;
  if (phase === 'Drained') return `${what}: drained`;
  const waiting = waitingFor.length > 0 ? `, waiting for ${waitingFor.join(', ')}` : '';
  return `${what}: ${connections} connections left${waiting}`;
}

function detailOf({ kind, spec = {}, status = {} }: ClusterObject): string {
  if (kind === 'ServiceImport') {
    const clusters = status.clusters?.map(({ cluster }) => cluster).join(', ');
    return `${spec.ips?.join(', ') || spec.type || 'no address'} from ${clusters || 'nobody'}`;
  }
  if (kind !== 'GlobalTrafficPolicy') return '';
  const targets = spec.targets?.map(
    ({ clusterKey, weight }) => `${clusterKey}${weight === undefined ? '' : ` ${weight}`}`,
  );
  return [spec.lbType, targets?.join(', ')].filter(Boolean).join(': ');
}
