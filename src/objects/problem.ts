/** Why a value was refused. Data, not an exception: a server turns a list of them into a Status with causes. */
export interface Problem {
  /** Field path as Kubernetes writes it, `spec.ports[0].port`; empty for the whole value. */
  readonly path: string;
  readonly reason: ProblemReason;
  /** In Kubernetes' words, without the path: `Invalid value: 0: … should be greater than or equal to 1`. */
  readonly message: string;
}

/** meta/v1 CauseType. */
export type ProblemReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldManagerConflict';

/** Either the value, or why there is none. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function accepted<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refused(...problems: readonly Problem[]): {
  readonly ok: false;
  readonly problems: readonly Problem[];
} {
  return { ok: false, problems };
}

export function invalid(path: string, message: string): Problem {
  return { path, reason: 'FieldValueInvalid', message };
}

/** `spec.ports[0].port: Required value` */
export function problemText({ path, message }: Problem): string {
  return path ? `${path}: ${message}` : message;
}

/** The message of a 422 Status: `Service "web" is invalid: spec.ports: Required value`, or a list in brackets. */
export function invalidText(kind: string, name: string, problems: readonly Problem[]): string {
  const texts = problems.map(problemText);
  return `${kind} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`;
}
