/** What a request is refused with: a meta/v1 Status, in Kubernetes' words and codes. */
import { SealaneError } from '#kit/index.ts';
import { invalidText, type JsonObject, type Problem } from '#objects/index.ts';

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly { readonly reason?: string; readonly message: string; readonly field?: string }[];
  readonly retryAfterSeconds?: number;
}

export class ApiError extends SealaneError {
  readonly statusCode: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(statusCode: number, reason: string, message: string, details?: StatusDetails) {
    super('apiserver/refused', message);
    this.statusCode = statusCode;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details && { details: this.details as unknown as JsonObject }),
      code: this.statusCode,
    };
  }
}

/** `services`, or `deployments.apps`. */
export function qualified({ plural, group }: { readonly plural: string; readonly group: string }): string {
  return group ? `${plural}.${group}` : plural;
}

interface Subject {
  readonly plural: string;
  readonly group: string;
}

export function notFound(subject: Subject, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(subject)} "${name}" not found`, {
    name,
    ...(subject.group && { group: subject.group }),
    kind: subject.plural,
  });
}

export function alreadyExists(subject: Subject, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${qualified(subject)} "${name}" already exists`, {
    name,
    ...(subject.group && { group: subject.group }),
    kind: subject.plural,
  });
}

/** Eight names were taken: `generateName` has hardly any left, or chance plays tricks. */
export function noFreeName(subject: Subject, name: string): ApiError {
  const { statusCode, reason, message, details } = alreadyExists(subject, name);
  const why = `${message}, the server was not able to generate a unique name for the object`;
  return new ApiError(statusCode, reason, why, { ...details, retryAfterSeconds: 1 });
}

export function conflict(subject: Subject, name: string, why: string): ApiError {
  return new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`, {
    name,
    ...(subject.group && { group: subject.group }),
    kind: subject.plural,
  });
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(subject: Subject, name: string, why: string, causes?: StatusDetails['causes']): ApiError {
  return new ApiError(403, 'Forbidden', `${qualified(subject)} "${name}" is forbidden: ${why}`, {
    name,
    ...(subject.group && { group: subject.group }),
    kind: subject.plural,
    ...(causes && { causes }),
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function invalidObject(kind: string, group: string, name: string, problems: readonly Problem[]): ApiError {
  const qualifiedKind = group ? `${kind}.${group}` : kind;
  return new ApiError(422, 'Invalid', invalidText(qualifiedKind, name, problems), {
    name,
    group,
    kind,
    causes: problems.map(({ reason, message, path }) => ({ reason, message, field: path || '<nil>' })),
  });
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

/** A body of a type that nothing here reads. */
export function unsupported(type: string, known: readonly string[]): ApiError {
  const isProtobuf = type === 'application/vnd.kubernetes.protobuf';
  const hint = isProtobuf ? '; this server takes no protobuf: send JSON, for instance with kubectl apply -f' : '';
  const message = `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}; met: ${type || 'none'}${hint}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

/** A query parameter or option with a value that there is none of. */
export function unsupportedValue(field: string, value: string, supported: readonly string[]): ApiError {
  const known = supported.map((one) => JSON.stringify(one)).join(', ');
  return new ApiError(
    422,
    'Invalid',
    `${field}: Unsupported value: ${JSON.stringify(value)}: supported values: ${known}`,
  );
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

export function noSuchPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource');
}
