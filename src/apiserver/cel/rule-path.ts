import type { Schema } from '#objects/index.ts';

const STEP = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/y;

/** A rule's `fieldPath` (`.spec.size`, `.labels['a.b']`) as errors name it; undefined when the schema has no such field. */
export function resolveRulePath(text: string, schema: Schema): string | undefined {
  let at: Schema | undefined = schema;
  let path = '';
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const found = STEP.exec(text);
    const key = found?.[1] ?? found?.[2]?.replaceAll(/\\(.)/g, '$1');
    if (key === undefined) return undefined;
    const field: Schema | undefined = at.properties?.[key];
    const value: Schema | boolean | undefined = at.additionalProperties;
    path += field ? `.${key}` : `[${key}]`;
    at = field ?? (typeof value === 'object' ? value : undefined);
    if (!at) return undefined;
  }
  return path.replace(/^\./, '');
}
