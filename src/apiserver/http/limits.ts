/** How much is done at once: whoever comes when all places are taken is told to come again. */
import { ApiError } from './api-error.ts';
import type { Exchange } from './exchange.ts';
import { MASTERS } from '../rbac/policy.ts';

export interface LimitOptions {
  /** Requests that read, as Kubernetes' `--max-requests-inflight`. */
  readonly reads: number;
  /** Requests that write, as `--max-mutating-requests-inflight`. */
  readonly writes: number;
  /** Watches, followed logs: they stay, and each costs memory. */
  readonly watches: number;
}

const DEFAULTS: LimitOptions = { reads: 400, writes: 200, watches: 5_000 };

/** Takes a place until the answer has ended. @throws ApiError 429 */
export type Enter = (exchange: Exchange, isLasting: boolean) => void;

export function createLimits(options: Partial<LimitOptions> = {}): Enter {
  const limits = { ...DEFAULTS, ...options };
  const inside: Record<keyof LimitOptions, number> = { reads: 0, writes: 0, watches: 0 };
  return ({ request, response, user }, isLasting) => {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const kind = isLasting ? 'watches' : reads ? 'reads' : 'writes';
    // Who repairs a crowded server must get in.
    if (inside[kind] >= limits[kind] && !user.groups.includes(MASTERS)) throw tooMany();
    inside[kind] += 1;
    response.once('close', () => (inside[kind] -= 1));
  };
}

function tooMany(): ApiError {
  return new ApiError(429, 'TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 });
}
