import { isObject, type Json } from '../json.ts';

/** Where a paged list goes on. */
export interface ContinueToken {
  readonly revision: number;
  /** The last object of the page before. */
  readonly after: string;
}

/** Opaque text, safe in a URL's query once encoded. */
export function encodeContinue({ revision, after }: ContinueToken): string {
  return btoa(encodeURIComponent(JSON.stringify({ v: 1, rv: revision, after })));
}

export function decodeContinue(text: string): ContinueToken | undefined {
  try {
    const token: Json = JSON.parse(decodeURIComponent(atob(text)));
    if (!isObject(token) || token.v !== 1) return undefined;
    const { rv, after } = token;
    return typeof rv === 'number' && typeof after === 'string' ? { revision: rv, after } : undefined;
  } catch {
    return undefined;
  }
}
