import type { Problem } from '../problem.ts';
import { type FieldSet, intersection, isEmpty, members } from './field-set.ts';
import { pathText } from './fields-v1.ts';
import type { Manager } from './managers.ts';

export interface Conflict {
  readonly manager: Manager;
  /** Of one field, as Kubernetes writes it: `.spec.replicas`. */
  readonly path: string;
}

/** Fields that others own and that would change, by manager, then path. */
export function findConflicts(others: readonly Manager[], changed: FieldSet): readonly Conflict[] {
  return others.flatMap((manager) => {
    const taken = intersection(manager.fields, changed);
    return isEmpty(taken) ? [] : [...members(taken)].map((path) => ({ manager, path: pathText(path) }));
  });
}

/** The message of the 409, in Kubernetes' words. */
export function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first, ...rest] = conflicts;
  if (first && rest.length === 0) {
    return `Apply failed with 1 conflict: conflict with ${managerText(first.manager)}: ${first.path}`;
  }
  const byManager = Map.groupBy(conflicts, ({ manager }) => managerText(manager));
  const lines = [...byManager]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([manager, theirs]) => [`conflicts with ${manager}:`, ...theirs.map(({ path }) => `- ${path}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

export function conflictProblem({ manager, path }: Conflict): Problem {
  return { path, reason: 'FieldManagerConflict', message: `conflict with ${managerText(manager)}` };
}

function managerText({ name, operation, apiVersion, subresource }: Manager): string {
  const named = subresource ? `"${name}" with subresource "${subresource}"` : `"${name}"`;
  return operation === 'Update' ? `${named} using ${apiVersion}` : named;
}
