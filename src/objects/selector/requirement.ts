/** One condition on labels; all of a selector must hold. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Of `In` and `NotIn` any number, of `Gt` and `Lt` one integer, else none. */
  readonly values: readonly string[];
}

export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

type Labels = Readonly<Record<string, string>>;

/** Whether labels satisfy all requirements; none means yes. `NotIn` is satisfied by a label that is not there. */
export function matchesLabels(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
  return requirements.every((requirement) => matches(requirement, valueOf(labels, requirement.key)));
}

function valueOf(labels: Labels | undefined, key: string): string | undefined {
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function matches({ operator, values }: Requirement, value: string | undefined): boolean {
  return tests[operator](value, values);
}

const tests: Record<Operator, (value: string | undefined, values: readonly string[]) => boolean> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
  Gt: (value, [than]) => isInteger(value) && Number(value) > Number(than),
  Lt: (value, [than]) => isInteger(value) && Number(value) < Number(than),
};

export function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^-?\d+$/.test(text);
}
