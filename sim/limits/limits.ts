/** What a set costs its hub: small sets run in virtual time, large ones worked out of them and said so. */
import { type Measured, measureSet } from './measure-set.ts';
import { type Row, workOut } from './work-out.ts';

export interface Limits {
  readonly measured: readonly Measured[];
  readonly workedOut: readonly Row[];
}

const SETS = [
  { members: 3, services: 10, pods: 10 },
  { members: 6, services: 30, pods: 10 },
  { members: 12, services: 60, pods: 10 },
] as const;
const MEMBERS = [10, 50, 100, 300];
const SERVICES = [100, 1_000, 5_000];
const CHANGES = [1, 50];

/** @param onProgress told what is being measured */
export async function measureLimits(onProgress: (text: string) => void): Promise<Limits> {
  const measured: Measured[] = [];
  for (const set of SETS) {
    onProgress(`${set.members} members, ${set.services} services`);
    measured.push(await measureSet(set));
  }
  const workedOut = MEMBERS.flatMap((members) =>
    SERVICES.flatMap((services) => CHANGES.map((changes) => workOut(measured, members, services, changes))),
  );
  return { measured, workedOut };
}

export function limitsText({ measured, workedOut }: Limits): string {
  return [
    'Measured in the simulation (each service exported by two members, 10 pods each):',
    '',
    table(
      [
        'members',
        'services',
        'exports',
        'hub objects',
        'hub bytes',
        'bytes/export',
        'bytes/member',
        'writes/s at rest',
        'writes/change',
        'bytes/change and member',
      ],
      measured.map((one) => [
        one.members,
        one.services,
        one.exports,
        one.objects,
        one.bytes,
        round(one.bytesPerExport),
        round(one.bytesPerMember),
        one.writesAtRest.toFixed(2),
        one.writesPerChange.toFixed(2),
        round(one.bytesPerChangeAndMember),
      ]),
    ),
    '',
    'Worked out of the largest of them, beside a full mesh that copies every pod into every cluster:',
    '',
    table(
      [
        'members',
        'services',
        'changes/s',
        'hub objects',
        'hub MB',
        'hub writes/s',
        'hub sends MB/s',
        'mesh objects',
        'mesh MB',
        'mesh writes/s',
        'mesh sends MB/s',
      ],
      workedOut.map(({ members, services, changes, hub, mesh }) => [
        members,
        services,
        changes,
        hub.objects,
        mb(hub.bytes),
        round(hub.writesPerSecond),
        mb(hub.sentPerSecond),
        mesh.objects,
        mb(mesh.bytes),
        round(mesh.writesPerSecond),
        mb(mesh.sentPerSecond),
      ]),
    ),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---:')), ...rows.map(line)].join('\n');
}

const round = (value: number) => Math.round(value);
const mb = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1);
