/** The rules of a schema, at the places that they are about; branches without rules are left out. */
import { Environment } from '@marcbachmann/cel-js';
import type { Json, Problem, Schema } from '#objects/index.ts';
import { checkRuleText } from './check-rule-text.ts';
import { addFunctions } from './functions.ts';
import { compile, type Compiled, type RuleText } from './rule.ts';
import { type CelType, declareType } from './types.ts';

export interface Rule {
  readonly text: RuleText;
  readonly test: Compiled;
  readonly message?: Compiled | undefined;
}

export interface RuleTree {
  readonly schema: Schema;
  readonly type?: CelType;
  readonly rules: readonly Rule[];
  readonly properties: ReadonlyMap<string, RuleTree>;
  readonly additional?: RuleTree | undefined;
  readonly items?: RuleTree | undefined;
}

export interface Built {
  readonly tree: RuleTree | undefined;
  readonly problems: readonly Problem[];
}

let base: Environment | undefined;

/** @param schema structural, of a whole object @param path where it stands, for problems */
export function buildRules(schema: Schema, path: string): Built {
  const problems: Problem[] = [];
  return { tree: build(schema, { path, isRoot: true, uncorrelated: undefined, problems }), problems };
}

interface Place {
  readonly path: string;
  readonly isRoot: boolean;
  /** The list whose items cannot be told from before to after; undefined where they can. */
  readonly uncorrelated: string | undefined;
  readonly problems: Problem[];
}

function build(schema: Schema, place: Place): RuleTree | undefined {
  const below = (child: Schema, step: string, uncorrelated = place.uncorrelated) =>
    build(child, { ...place, path: `${place.path}.${step}`, isRoot: false, uncorrelated });
  const properties = new Map<string, RuleTree>();
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const tree = below(child, `properties[${key}]`);
    if (tree) properties.set(key, tree);
  }
  const { additionalProperties: values } = schema;
  const additional = typeof values === 'object' ? below(values, 'additionalProperties') : undefined;
  const isKnown = schema['x-kubernetes-list-type'] === 'map';
  const items =
    schema.items && below(schema.items, 'items', isKnown ? place.uncorrelated : (place.uncorrelated ?? place.path));
  const texts = textsOf(schema);
  if (texts.length + properties.size === 0 && !additional && !items) return undefined;
  return {
    schema,
    properties,
    additional,
    items,
    ...(texts.length > 0 ? compileAll(schema, texts, place) : { rules: [] }),
  };
}

interface Placed {
  readonly text: RuleText;
  readonly at: string;
}

/** Those of `allOf` are about the same value. */
function textsOf(schema: Schema): Placed[] {
  const own = schemaRules(schema).map((text, i) => ({ text, at: `x-kubernetes-validations[${i}]` }));
  const more = (schema.allOf ?? []).flatMap((branch, n) =>
    schemaRules(branch).map((text, i) => ({ text, at: `allOf[${n}].x-kubernetes-validations[${i}]` })),
  );
  return [...own, ...more];
}

function schemaRules(schema: Schema): readonly RuleText[] {
  return (schema['x-kubernetes-validations'] ?? []) as readonly RuleText[];
}

function compileAll(schema: Schema, texts: readonly Placed[], place: Place): Pick<RuleTree, 'rules' | 'type'> {
  base ??= baseEnvironment();
  const env = base.clone();
  const type = declareType(env, schema, place.isRoot);
  env.registerVariable('self', type.name);
  const plain = env.clone().registerVariable('oldSelf', type.name);
  const optional = env.clone().registerVariable('oldSelf', `optional<${type.name}>`);
  const rules = texts.map(({ text, at }) =>
    compileOne(text.optionalOldSelf ? optional : plain, text, schema, at, place),
  );
  return { type, rules: rules.filter((rule) => rule !== undefined) };
}

function compileOne(env: Environment, text: RuleText, schema: Schema, at: string, place: Place): Rule | undefined {
  const path = `${place.path}.${at}`;
  const problems = checkRuleText(text, schema, path);
  place.problems.push(...problems);
  if (problems.length > 0) return undefined;
  const { rule = '', messageExpression, optionalOldSelf } = text;
  const refuse = (field: string, value: Json, why: string) =>
    place.problems.push({
      path: `${path}.${field}`,
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    });
  const test = compile(env, rule, 'bool');
  const message = messageExpression ? compile(env, messageExpression, 'string') : undefined;
  if (message && 'why' in message) refuse('messageExpression', messageExpression ?? '', message.why);
  if ('why' in test) refuse('rule', rule, test.why);
  else if (test.usesOldSelf && place.uncorrelated)
    refuse(
      'rule',
      rule,
      `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelated}`,
    );
  else if (!test.usesOldSelf && optionalOldSelf !== undefined)
    refuse('optionalOldSelf', optionalOldSelf, 'may not be set if oldSelf is not used in rule');
  return { text, test, message };
}

function baseEnvironment(): Environment {
  const env = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  addFunctions(env);
  return env;
}
