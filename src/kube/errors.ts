/** What an API server refuses, as typed errors. Programs branch on the code; the Status' causes are in `fields.causes`. */
import { SealaneError } from '#kit/index.ts';

export interface StatusCause {
  readonly field?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** meta/v1 Status. */
export interface StatusBody {
  readonly kind?: string;
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly causes?: readonly StatusCause[]; readonly retryAfterSeconds?: number };
}

const CODES: Readonly<Record<number, string>> = {
  400: 'kube/bad-request',
  401: 'kube/unauthorized',
  403: 'kube/forbidden',
  404: 'kube/not-found',
  405: 'kube/not-allowed',
  409: 'kube/conflict',
  410: 'kube/expired',
  422: 'kube/invalid',
  429: 'kube/busy',
  503: 'kube/busy',
  504: 'kube/busy',
};

/** @param what operation and subject, such as `get services demo/web` */
export function refusal(what: string, httpStatus: number, body: StatusBody | string): SealaneError {
  const status: StatusBody = typeof body === 'string' ? {} : body;
  const reason = status.reason ?? '';
  const code = reason === 'AlreadyExists' ? 'kube/exists' : (CODES[httpStatus] ?? 'kube/refused');
  const text = status.message ?? (typeof body === 'string' ? body.trim().slice(0, 300) : '');
  return new SealaneError(code, what, {
    cause: text || `HTTP ${httpStatus}`,
    fields: { httpStatus, reason, causes: status.details?.causes ?? [] },
  });
}

export function unreachable(what: string, server: string, cause: unknown): SealaneError {
  return new SealaneError('kube/unreachable', `${what} at ${server}`, { cause });
}
