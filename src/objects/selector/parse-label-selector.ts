import { accepted, invalid, type Problem, type Result, refused } from '../problem.ts';
import { labelKeyProblem, labelValueProblem } from './label-syntax.ts';
import { isInteger, type Requirement } from './requirement.ts';

/** The text of `?labelSelector=`: `a=b,c in (x,y),!d,e!=f,g`. Empty text selects all. */
export function parseLabelSelector(text: string): Result<readonly Requirement[]> {
  if (text.trim() === '') return accepted([]);
  const parsed = splitRequirements(text).map((part) => parseRequirement(part.trim()) ?? unreadable(part, text));
  const problems = parsed.flatMap((one) => ('message' in one ? [one] : problemsOf(one)));
  return problems.length > 0 ? refused(...problems) : accepted(parsed.filter((one) => 'key' in one));
}

/** At commas, but not inside brackets. */
function splitRequirements(text: string): readonly string[] {
  return text.match(/(?:\([^)]*\)|[^,(])+|\(|(?<=,|^)(?=,|$)/g) ?? [];
}

function parseRequirement(text: string): Requirement | undefined {
  const { groups } = REQUIREMENT.exec(text) ?? {};
  if (!groups) return undefined;
  const { absent, key = '', set, values = '', sign, value = '' } = groups;
  if (absent) return { key: absent, operator: 'DoesNotExist', values: [] };
  if (set) return { key, operator: set === 'in' ? 'In' : 'NotIn', values: values.split(',').map((v) => v.trim()) };
  if (!sign) return { key, operator: 'Exists', values: [] };
  return { key, operator: SIGNS[sign] ?? 'In', values: [value] };
}

const REQUIREMENT =
  /^(?:!\s*(?<absent>[^\s!=<>(),]+)|(?<key>[^\s!=<>(),]+)(?:\s+(?<set>in|notin)\s*\((?<values>[^()]*)\)|\s*(?<sign>==|=|!=|>|<)\s*(?<value>[^\s!=<>(),]*))?)$/;

const SIGNS: Readonly<Record<string, Requirement['operator']>> = {
  '=': 'In',
  '==': 'In',
  '!=': 'NotIn',
  '>': 'Gt',
  '<': 'Lt',
};

function unreadable(part: string, whole: string): Problem {
  return invalid('', `unable to parse requirement ${JSON.stringify(part)} of label selector ${JSON.stringify(whole)}`);
}

function problemsOf({ key, operator, values }: Requirement): readonly Problem[] {
  const problems = [labelKeyProblem(key, 'key'), ...values.map((value) => labelValueProblem(value, 'values'))];
  if ((operator === 'Gt' || operator === 'Lt') && !values.every(isInteger)) {
    problems.push(
      invalid(
        'values',
        `Invalid value: ${JSON.stringify(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`,
      ),
    );
  }
  return problems.filter((problem) => problem !== undefined);
}
