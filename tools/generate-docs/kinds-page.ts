/** docs/kinds.md, from the CustomResourceDefinitions that `sealane crds` prints and the words of our conditions. */
import { CONDITION_WORDS, type ConditionWords, crds, type CustomResourceDefinition } from '#api/index.ts';
import { code, page, table } from './markdown.ts';

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message?: string }[];
}

interface Version {
  readonly name: string;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: Schema };
}

interface Spec {
  readonly group: string;
  readonly scope: string;
  readonly names: { readonly kind: string; readonly plural: string; readonly shortNames?: readonly string[] };
  readonly versions: readonly Version[];
}

/** Said once for all kinds. */
const SAME_EVERYWHERE = new Set(['apiVersion', 'kind', 'metadata']);

export function kindsPage(): string {
  const onHub = new Set(crds({ role: 'hub' }).map(({ metadata }) => metadata.name));
  const sections = crds({ role: 'member' }).map((crd) => section(crd, onHub.has(crd.metadata.name)));
  return page(
    'Kinds',
    '`sealane crds --role hub|member` prints them; `kubectl explain` shows the same. A field that is not required may be left out.',
    ...sections,
  );
}

function section(crd: CustomResourceDefinition, onHub: boolean): string {
  const { group, scope, names, versions } = crd.spec as unknown as Spec;
  const stored = versions.find(({ storage }) => storage) ?? versions[0];
  const schema = stored?.schema.openAPIV3Schema ?? {};
  const short = names.shortNames?.length ? `, short ${names.shortNames.map(code).join(', ')}` : '';
  return [
    `## ${names.kind}`,
    schema.description ?? '',
    `${code(`${names.plural}.${group}`)}${short}; ${versions.map(({ name }) => code(name)).join(', ')}; ${scope.toLowerCase()}; on ${onHub ? 'the hub and in members' : 'members'}.`,
    table(['field', 'type', '', 'meaning'], fields(schema, '')),
    ...rules(schema),
    ...conditionTable(names.kind),
  ].join('\n\n');
}

function fields(schema: Schema, above: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (above === '' && SAME_EVERYWHERE.has(name)) return [];
    const path = above === '' ? name : `${above}.${name}`;
    const isRequired = schema.required?.includes(name) ?? false;
    const row = [code(path), typeOf(field), limits(field, isRequired), field.description ?? ''];
    // Conditions are the same for every kind: their words are listed below.
    if (name === 'conditions') return [row];
    return [row, ...fields(field, path), ...(field.items ? fields(field.items, `${path}[]`) : [])];
  });
}

function typeOf({ type, format, items, additionalProperties, enum: words }: Schema): string {
  if (words) return words.map((word) => code(String(word))).join(' ');
  if (items) return `list of ${typeOf(items)}`;
  if (additionalProperties) return `map of ${typeOf(additionalProperties)}`;
  return format === 'date-time' ? 'time' : (type ?? 'any');
}

function limits({ default: preset, minimum, maximum, maxLength, maxItems }: Schema, isRequired: boolean): string {
  const range = minimum !== undefined || maximum !== undefined ? `${minimum ?? ''}…${maximum ?? ''}` : '';
  const most = [
    maxLength !== undefined && `≤ ${maxLength} characters`,
    maxItems !== undefined && `≤ ${maxItems} entries`,
  ];
  const all = [
    isRequired && 'required',
    preset !== undefined && `default ${code(JSON.stringify(preset))}`,
    range,
    ...most,
  ];
  return all.filter(Boolean).join('; ');
}

function rules(schema: Schema): string[] {
  const found = rulesBelow(schema);
  return found.length === 0 ? [] : [`Rules:\n\n${[...new Set(found)].map((message) => `- ${message}`).join('\n')}`];
}

function rulesBelow(schema: Schema): string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ rule, message }) => message ?? code(rule));
  const below = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  return [...own, ...below.flatMap(rulesBelow)];
}

function conditionTable(kind: string): string[] {
  const words: ConditionWords = CONDITION_WORDS;
  const rows = Object.entries(words[kind] ?? {}).flatMap(([type, reasons]) =>
    Object.entries(reasons).map(([reason, meaning]) => [type, reason, meaning]),
  );
  return rows.length === 0 ? [] : [table(['condition', 'reason', 'meaning'], rows)];
}
