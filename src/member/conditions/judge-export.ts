/** The conditions of the objects that ask for an export: on the one that is heard, and on those that are not. */
import { type ClusterExportSpec, FIELD_MANAGER } from '#api/index.ts';
import { isFault, timestamp } from '#kit/index.ts';
import type { Condition, KubeObject, ResourceType } from '#objects/index.ts';
import { exportConditions, keyMatches, type MergedImport } from '#plan/index.ts';
import { type ExportClaim, exportClaims } from '../exports/claims.ts';
import { type Draft, isRefused, type Refused } from '../exports/draft.ts';
import { draftOf } from '../exports/keep-record.ts';
import { allMembers, isWithdrawn, type MemberState, nameIsOurs, ownSpec, placeOf } from '../member-state.ts';
import { hubKey } from '../replicate/replicate.ts';
import { happenings } from './happenings.ts';
import { type Judgement, withConditions } from './with-conditions.ts';

/** @param service `namespace/name` */
export async function judgeExport(
  state: MemberState,
  service: string,
  merged: MergedImport | undefined,
): Promise<void> {
  const claims = exportClaims(state.caches, service, state.mcs.serviceExports);
  if (!claims) return;
  const outcome = draftOf(state, service);
  const { value: heard } = claims.winner;
  const judgements = outcome ? verdicts(state, service, outcome, merged) : [];
  await writeConditions(
    state,
    heard,
    [...judgements, ...honoured(heard)],
    outcome && isRefused(outcome) ? ['Conflict'] : [],
  );
  for (const { value, message } of claims.ignored) {
    const ignored: Judgement = { type: 'Valid', status: 'False', reason: 'Ignored', message };
    await writeConditions(state, value, [ignored], ['Ready', 'Conflict', 'Honoured']);
  }
}

function verdicts(
  state: MemberState,
  service: string,
  outcome: Draft | Refused,
  merged: MergedImport | undefined,
): Judgement[] {
  if (isRefused(outcome)) {
    const { reason, message } = outcome;
    return [
      { type: 'Valid', status: 'False', reason, message },
      {
        type: 'Ready',
        status: 'False',
        reason: 'Pending',
        message: 'nothing is exported while the export is not valid',
      },
    ];
  }
  return [
    { type: 'Valid', status: 'True', reason: 'Valid', message: 'the Service can be exported' },
    readyOf(state, service, outcome),
    ...conflictOf(state.settings.cluster, merged),
  ];
}

function readyOf(state: MemberState, service: string, { ports }: Draft): Judgement {
  const { caches, settings } = state;
  const pending = (reason: string, message: string): Judgement => ({ type: 'Ready', status: 'False', reason, message });
  if (caches.hubSynced && !nameIsOurs(state)) {
    const message = `the name ${settings.cluster} belongs to another cluster on the hub (start the member with --takeover to take it over)`;
    return pending('Failed', message);
  }
  if (ownSpec(state).removed)
    return pending('Failed', `member ${settings.cluster} was removed from the set (spec.removed)`);
  const record = caches.records.get(service);
  const replica = caches.hubExports.get(hubKey(settings.cluster, service));
  if (!record || isWithdrawn(record)) return pending('Pending', 'the record of the export is not written yet');
  if (!replica) return pending('Pending', 'the hub does not hold the export yet');
  const { endpoints = [], endpointsLeftOut = 0 } = record.spec;
  if (endpointsLeftOut > 0) {
    const message = `${endpointsLeftOut} endpoints of ${endpoints.length + endpointsLeftOut} are left out: at most ${endpoints.length} pods of a headless service are exported`;
    return { type: 'Ready', status: 'True', reason: 'TooManyEndpoints', message };
  }
  const sctp = ports.filter(({ protocol }) => protocol === 'SCTP').map(({ port }) => port);
  const parts = [
    'published on the hub',
    ...(sctp.length > 0 ? [`SCTP is not carried: ${sctp.join(', ')}`] : []),
    ...audience(state, record.spec.targetClusters),
    ...laneless(record.spec),
  ];
  return { type: 'Ready', status: 'True', reason: 'Exported', message: parts.join('; ') };
}

function laneless({ ports, endpoints = [] }: ClusterExportSpec): string[] {
  const carried = new Set(ports.filter(({ protocol }) => protocol !== 'SCTP').map(({ name = '' }) => name));
  const all = [...ports, ...endpoints.flatMap((endpoint) => endpoint.ports)];
  const lacking = all.filter(({ name = '', lanePort }) => carried.has(name) && lanePort === undefined).length;
  return lacking > 0 ? [`${lacking} ports have no lane port and are not reached: widen --lane-ports`] : [];
}

/** Who may import it, in words; a name that means no member is most often a mistake. */
function audience(state: MemberState, targets: readonly string[] | undefined): string[] {
  if (!targets) return [];
  const { cluster } = state.settings;
  const members = [...allMembers(state).values()].filter(({ spec }) => !spec?.removed);
  const places = members.map(({ metadata, spec = {} }) => placeOf(metadata.name, spec));
  const meant = places.filter((place) => targets.some((key) => keyMatches(key, place)));
  const names = meant.map(({ name }) => name).filter((name) => name !== cluster);
  const nobody = targets.filter((key) => !places.some((place) => keyMatches(key, place)));
  return [
    `for ${names.length > 0 ? names.toSorted().join(', ') : 'no other member'} only, which the importers keep to: on a Plain lane a gateway does not know who calls`,
    ...(nobody.length > 0 ? [`no member is meant by ${nobody.join(', ')}`] : []),
  ];
}

function conflictOf(cluster: string, merged: MergedImport | undefined): Judgement[] {
  const verdict = merged && exportConditions(merged).find((one) => one.cluster === cluster);
  if (!verdict) return [];
  const { conflict, reason, message } = verdict;
  return [{ type: 'Conflict', status: conflict ? 'True' : 'False', reason, message }];
}

/** Fields of the ancestors' kinds that do nothing yet. */
function honoured({ problems, type }: ExportClaim): Judgement[] {
  if (type.group === 'multicluster.x-k8s.io') return [];
  if (problems.length === 0)
    return [{ type: 'Honoured', status: 'True', reason: 'Honoured', message: 'every field is honoured' }];
  const message = problems.map((problem) => problem.message).join('; ');
  return [{ type: 'Honoured', status: 'False', reason: problems[0]?.reason ?? 'NotYetHonoured', message }];
}

interface Judged {
  readonly object: KubeObject;
  readonly type: ResourceType;
}

/** Writes the status only, and only a difference. */
export async function writeConditions(
  { settings }: Pick<MemberState, 'settings'>,
  { object, type }: Judged,
  judgements: readonly Judgement[],
  gone: readonly string[] = [],
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { client, clock } = settings;
  const { generation } = object.metadata;
  const observed = judgements.map((one) => ({
    ...one,
    ...(generation !== undefined && { observedGeneration: generation }),
  }));
  const before = conditionsOf(object);
  const conditions = withConditions(before, observed, timestamp(clock), gone);
  if (!conditions && Object.keys(more).length === 0) return;
  const patch = { status: { ...more, ...(conditions && { conditions }) } };
  try {
    await client.patch(type, object.metadata, patch, { subresource: 'status', fieldManager: FIELD_MANAGER.member });
    for (const happening of happenings(before, judgements))
      settings.teller.tell({ ...object, kind: type.kind }, happening);
  } catch (error) {
    // Deleted meanwhile: nobody left to tell.
    if (!isFault(error, 'kube/not-found')) throw error;
  }
}

function conditionsOf(object: KubeObject): readonly Condition[] | undefined {
  const { status } = object as { readonly status?: { readonly conditions?: readonly Condition[] } };
  return Array.isArray(status?.conditions) ? status.conditions : undefined;
}
