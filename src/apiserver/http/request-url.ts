import { badRequest } from './api-error.ts';

/** The target of a request as a URL: dots resolved, whatever bytes it held. @throws ApiError 400 for what is no path */
export function requestUrl(target: string | undefined): URL {
  const url = target?.startsWith('/') ? URL.parse(`https://localhost${target}`) : null;
  if (!url) throw badRequest('the request target is not a path');
  return url;
}
