/** Who asks: by certificate, by token, and as whom. */
import type { IncomingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ApiError } from '../http/api-error.ts';
import type { User } from '../http/exchange.ts';
import type { Authorizer } from '../rbac/authorizer.ts';
import { UNAUTHENTICATED } from '../rbac/policy.ts';
import type { AccountTokens } from './account-tokens.ts';
import { certificateUser } from './certificate-user.ts';
import { impersonated } from './impersonation.ts';

export interface IdentifyContext {
  readonly tokens: AccountTokens;
  readonly authorizer: Authorizer;
}

interface Request {
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };

/** @throws ApiError 401 for credentials that are not good; 403 for whom the user may not act as */
export function identify({ tokens, authorizer }: IdentifyContext, request: Request, socket: TLSSocket): User {
  const user = certificateUser(socket) ?? tokenUser(tokens, request.headers.authorization) ?? ANONYMOUS;
  return impersonated(user, request.rawHeaders, authorizer);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

function tokenUser(tokens: AccountTokens, authorization: string | undefined): User | undefined {
  const [, token] = /^bearer\s+(\S+)\s*$/i.exec(authorization ?? '') ?? [];
  if (!token) return undefined;
  const checked = tokens.check(token);
  if ('problem' in checked) throw unauthorized();
  return checked.user;
}
