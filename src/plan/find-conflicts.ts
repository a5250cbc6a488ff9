import { describePort } from './merge-ports.ts';
import type { Conflict, ConflictReason, ExportRecord } from './model.ts';
import { byText } from './order.ts';

interface Compared {
  readonly reason: ConflictReason;
  readonly field: string;
  /** Equal texts mean equal settings; also what the sentence shows. */
  readonly text: (record: ExportRecord) => string;
}

const COMPARED: readonly Compared[] = [
  { reason: 'PortConflict', field: 'ports', text: portsText },
  { reason: 'TypeConflict', field: 'type', text: ({ type }) => type },
  { reason: 'SessionAffinityConflict', field: 'sessionAffinity', text: (r) => r.sessionAffinity ?? 'None' },
  {
    reason: 'SessionAffinityConfigConflict',
    field: 'sessionAffinityConfig',
    text: (r) => mapText(r.sessionAffinityConfig?.clientIP),
  },
  {
    reason: 'InternalTrafficPolicyConflict',
    field: 'internalTrafficPolicy',
    text: (r) => r.internalTrafficPolicy ?? 'Cluster',
  },
  { reason: 'TrafficDistributionConflict', field: 'trafficDistribution', text: (r) => r.trafficDistribution ?? 'none' },
  { reason: 'IPFamilyConflict', field: 'ipFamilies', text: ({ ipFamilies }) => ipFamilies.join(', ') },
  { reason: 'LabelsConflict', field: 'exportedLabels', text: (r) => mapText(r.exportedLabels) },
  { reason: 'AnnotationsConflict', field: 'exportedAnnotations', text: (r) => mapText(r.exportedAnnotations) },
];

/** Every field in which an exporter differs from the oldest one. @param records oldest first */
export function findConflicts(records: readonly ExportRecord[]): readonly Conflict[] {
  const [winner, ...others] = records;
  return winner ? COMPARED.flatMap((compared) => conflictIn(compared, winner, others)) : [];
}

function conflictIn(
  { reason, field, text }: Compared,
  winner: ExportRecord,
  others: readonly ExportRecord[],
): readonly Conflict[] {
  const wins = text(winner);
  const differing = others.filter((other) => text(other) !== wins).toSorted((a, b) => byText(a.cluster, b.cluster));
  if (differing.length === 0) return [];
  const losing = differing.map((loser) => `${loser.cluster} (${short(text(loser))})`).join(', ');
  return [
    {
      reason,
      field,
      winner: winner.cluster,
      losers: differing.map(({ cluster }) => cluster),
      message: `${field}: ${winner.cluster} (${short(wins)}) wins as the oldest export over ${losing}`,
    },
  ];
}

/** Order of ports does not matter; every other difference does, even when the union is clean. */
function portsText({ ports }: ExportRecord): string {
  return ports
    .map((port) => `${port.name || '""'} ${describePort(port)}`)
    .toSorted(byText)
    .join(', ');
}

function mapText(map: Readonly<Record<string, unknown>> | undefined): string {
  const entries = Object.entries(map ?? {}).toSorted(([a], [b]) => byText(a, b));
  return entries.map(([key, value]) => `${key}=${String(value)}`).join(', ');
}

/** Conditions are read by people; maps may be long. */
function short(text: string): string {
  if (text === '') return 'none';
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
