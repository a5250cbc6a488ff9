import { asJson, isObject, type Json, own } from '../json.ts';
import type { KubeObject } from '../meta.ts';
import { accepted, invalid, type Result, refused } from '../problem.ts';

/** One condition of `?fieldSelector=`. */
export interface FieldRequirement {
  /** `metadata.name`, `spec.nodeName`; which ones a kind supports, the server says. */
  readonly path: string;
  readonly equal: boolean;
  readonly value: string;
}

/** `metadata.name=a,status.phase!=Running`; `\,` `\=` `\\` stand for themselves in a value. Empty text selects all. */
export function parseFieldSelector(text: string): Result<readonly FieldRequirement[]> {
  const terms = text.match(/(?:\\[^]|[^,\\]|\\$)+/g) ?? [];
  const parsed = terms.map((term) => /^\s*([^\s!=\\]+)\s*(==|!=|=)((?:\\[\\,=]|[^\\=])*)$/.exec(term));
  const bad = parsed.indexOf(null);
  if (bad >= 0)
    return refused(invalid('', `invalid selector: ${JSON.stringify(text)}; can't understand '${terms[bad]}'`));
  return accepted(
    parsed
      .filter((match) => match !== null)
      .map(([, path = '', sign, value = '']) => ({
        path,
        equal: sign !== '!=',
        value: value.replaceAll(/\\(.)/g, '$1'),
      })),
  );
}

/** A field that is absent equals the empty text. */
export function matchesFields(requirements: readonly FieldRequirement[], object: KubeObject): boolean {
  return requirements.every(({ path, equal, value }) => (textAt(asJson(object), path) === value) === equal);
}

function textAt(object: Json, path: string): string {
  const value = path
    .split('.')
    .reduce<Json | undefined>((at, key) => (isObject(at) ? own(at, key) : undefined), object);
  return typeof value === 'object' || value === undefined ? '' : String(value);
}
