import { fieldPath, indexPath } from '../field-path.ts';
import { accepted, invalid, type Problem, type Result, refused } from '../problem.ts';
import type { Requirement } from './requirement.ts';

/** meta/v1 LabelSelector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?: readonly Expression[] | undefined;
}

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

/** The requirements of a LabelSelector object. An empty one selects all; what an absent one means, its kind says. */
export function labelRequirements(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  path = '',
): Result<readonly Requirement[]> {
  const labels = Object.entries(matchLabels).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  const expressions = matchExpressions.map((e, i) =>
    requirementOf(e, indexPath(fieldPath(path, 'matchExpressions'), i)),
  );
  const problems = expressions.filter((e) => 'message' in e);
  return problems.length > 0 ? refused(...problems) : accepted([...labels, ...expressions.filter((e) => 'key' in e)]);
}

function requirementOf({ key, operator, values = [] }: Expression, path: string): Requirement | Problem {
  const at = fieldPath(path, 'values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return { key, operator, values };
      return {
        path: at,
        reason: 'FieldValueRequired',
        message: "Required value: must be specified when `operator` is 'In' or 'NotIn'",
      };
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return { key, operator, values };
      return {
        path: at,
        reason: 'FieldValueForbidden',
        message: "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      };
    default:
      return invalid(
        fieldPath(path, 'operator'),
        `Invalid value: ${JSON.stringify(operator)}: not a valid selector operator`,
      );
  }
}
