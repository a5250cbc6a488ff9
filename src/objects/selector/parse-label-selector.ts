import { accepted, invalid, type Problem, type Result, refused } from '../problem.ts';
import { labelKeyProblem, labelValueProblem } from './label-syntax.ts';
import { isInteger, type Requirement } from './requirement.ts';

/** The text of `?labelSelector=`: `a=b,c in (x,y),!d,e!=f,g`. Empty text selects all. */
export function parseLabelSelector(text: string): Result<readonly Requirement[]> {
  if (text.trim() === '') return accepted([]);
  const requirements: Requirement[] = [];
  for (const part of splitRequirements(text)) {
    const requirement = parseRequirement(part.trim());
    const problems = requirement ? problemsOf(requirement) : [unreadable(part, text)];
    // The first fault is enough: a stranger's text can have as many as it has characters.
    if (!requirement || problems.length > 0) return refused(...problems);
    requirements.push(requirement);
  }
  return accepted(requirements);
}

/** At commas, but not inside brackets. In one pass: the text may be a stranger's, and long. */
function splitRequirements(text: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  let isInside = false;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '(') isInside = true;
    else if (text[i] === ')') isInside = false;
    else if (text[i] === ',' && !isInside) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, text.slice(from)];
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
  const quoted = (shown: string) => JSON.stringify(shown.length > 200 ? `${shown.slice(0, 200)}…` : shown);
  return invalid('', `unable to parse requirement ${quoted(part)} of label selector ${quoted(whole)}`);
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
