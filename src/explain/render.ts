import type { Tier } from '#plan/index.ts';
import type { DrainedCluster, TracedShare, TraceReport } from './model.ts';

const LABEL = 9;

/** The report for a terminal: one subject a line, tiers as a small table. */
export function renderTrace(report: TraceReport): string {
  return [
    `${report.question.caller} → ${report.question.name}:${report.question.port}/${report.question.protocol}`,
    ...labelled('dns', dnsLines(report)),
    ...labelled('service', serviceLines(report)),
    ...labelled(
      'policy',
      report.resolved.map((tier, i) => `tier ${i + 1}: ${weights(tier)}`),
    ),
    ...labelled('drained', report.drained.map(drainedLine)),
    ...labelled('kernel', kernelLines(report)),
    ...labelled('problem', report.problems),
    ...labelled('differs', differenceLines(report)),
    ...labelled('verdict', [report.verdict]),
  ].join('\n');
}

function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `${(i === 0 ? label : '').padEnd(LABEL)}${line}`);
}

function dnsLines({ dns, question }: TraceReport): readonly string[] {
  if (!dns) return [];
  const { name = question.name, rcode, addresses, answeredBy } = dns;
  const answer = addresses.length > 0 ? addresses.join(', ') : rcode;
  return [`${name} = ${answer}${answeredBy ? ` (${answeredBy})` : ''}`];
}

function serviceLines({ service }: TraceReport): readonly string[] {
  return service ? [`${service.namespace}/${service.name}, port ${service.portName || '(unnamed)'}`] : [];
}

function weights(tier: Tier): string {
  return tier.map(({ cluster, weight }) => `${cluster} ${weight}`).join(', ');
}

function drainedLine({ cluster, deadline, seconds }: DrainedCluster): string {
  const when = [
    ...(seconds === undefined ? [] : [`${seconds} s after the drain has reached their node`]),
    ...(deadline === undefined ? [] : [`at ${deadline}`]),
  ];
  return `${cluster}: old connections ${when.length > 0 ? `are ended ${when.join(', or ')}` : 'end by themselves'}`;
}

function kernelLines({ kernel }: TraceReport): readonly string[] {
  if (!kernel) return ['no entry'];
  const rows = kernel.tiers.flatMap(({ shares }, i) =>
    shares.map((share, at) => row(share, at === 0 ? `tier ${i + 1}` : '')),
  );
  return [`service ${kernel.index}${kernel.tiers.length === 0 ? ', no tier: refused' : ''}`, ...table(rows)];
}

function row({ cluster, slots, percent, backends, ejected, closed }: TracedShare, tier: string): readonly string[] {
  return [
    tier,
    closed === undefined ? cluster : `${cluster} (${closed})`,
    `${percent} %`,
    `${slots} ${slots === 1 ? 'slot' : 'slots'}`,
    backends.map((one) => (one in ejected ? `${one} (ejected, ${ejected[one]} s to go)` : one)).join(', ') ||
      'no backend',
  ];
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function differenceLines({ differences, kernel, service }: TraceReport): readonly string[] {
  if (differences.length === 0) return kernel && service ? ['nothing: the kernel holds what plan wants'] : [];
  return differences.map(({ path, wanted, found }) => `${path}: plan wants ${wanted}, the kernel has ${found}`);
}
