import type { TraceReport } from './trace.ts';

/** The report for a terminal, lines of at most 120 characters. */
export function renderTrace(report: TraceReport): string {
  return report.question.name;
}
