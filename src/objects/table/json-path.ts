/**
 * The JSONPath of CRD printer columns: `.spec.ports[*].port`, `.metadata.labels.app\.kubernetes\.io/name`, `['a']`,
 * `[0]`, `[-1]`, `[0:2]`, `[?(@.type=="Ready")]`, `..name`. Braces and `$` around it are allowed.
 */
import { deepEqual } from '../equal.ts';
import { isArray, isObject, type Json, own } from '../json.ts';
import { accepted, invalid, type Result, refused } from '../problem.ts';

/** All values that the path finds, in order. */
export type JsonPath = (value: Json) => readonly Json[];

type Step = (value: Json) => readonly Json[];

export function jsonPath(expression: string): Result<JsonPath> {
  const steps = parseSteps(trimmed(expression));
  if (!steps)
    return refused(invalid('', `Invalid value: ${JSON.stringify(expression)}: not a JSON path that is supported`));
  return accepted((value) => steps.reduce<readonly Json[]>((found, step) => found.flatMap(step), [value]));
}

function trimmed(expression: string): string {
  const inside = /^\{(.*)\}$/s.exec(expression.trim())?.[1] ?? expression.trim();
  const path = inside.replace(/^\$/, '');
  return path === '' || path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
}

const TOKEN =
  /(?<deep>\.\.)(?<deepKey>(?:\\.|[^.[\]{}\\])+)|\.(?<key>(?:\\.|[^.[\]{}\\])+)|\[(?:(?<index>-?\d+)|(?<all>\*)|(?<from>-?\d*):(?<to>-?\d*)|'(?<quoted>[^']*)'|"(?<quoted2>[^"]*)"|\?\((?<filter>[^)]*)\))\]|(?<self>\.)$/gy;

function parseSteps(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let end = 0;
  for (const match of path.matchAll(TOKEN)) {
    const step = stepOf(match.groups ?? {});
    if (!step) return undefined;
    steps.push(step);
    end = match.index + match[0].length;
  }
  return end === path.length ? steps : undefined;
}

function stepOf(token: Readonly<Record<string, string | undefined>>): Step | undefined {
  const { deepKey, key, index, all, from, to, filter } = token;
  const name = token.quoted ?? token.quoted2;
  if (deepKey !== undefined) return (value) => everywhere(value).flatMap(child(unescaped(deepKey)));
  if (key !== undefined) return key === '*' ? children : child(unescaped(key));
  if (name !== undefined) return child(name);
  if (index !== undefined) return nth(Number(index));
  if (all) return children;
  if (from !== undefined && to !== undefined) return slice(from, to);
  if (filter !== undefined) return filterStep(filter);
  return (value) => [value];
}

function unescaped(key: string): string {
  return key.replaceAll(/\\(.)/g, '$1');
}

function child(key: string): Step {
  return (value) => {
    const found = isObject(value) ? own(value, key) : undefined;
    return found === undefined ? [] : [found];
  };
}

function children(value: Json): readonly Json[] {
  if (isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((item) => item !== undefined) : [];
}

function everywhere(value: Json): readonly Json[] {
  return [value, ...children(value).flatMap(everywhere)];
}

function nth(index: number): Step {
  return (value) => {
    const found = isArray(value) ? value.at(index) : undefined;
    return found === undefined ? [] : [found];
  };
}

function slice(from: string, to: string): Step {
  return (value) => (isArray(value) ? value.slice(Number(from), to === '' ? undefined : Number(to)) : []);
}

const FILTER = /^\s*@(?<path>[^=!<>]*?)\s*(?:(?<sign>==|!=|<=|>=|<|>)\s*(?<literal>.+?))?\s*$/;

function filterStep(text: string): Step | undefined {
  const { path = '', sign, literal = '' } = FILTER.exec(text)?.groups ?? {};
  const steps = parseSteps(path);
  if (!steps || !FILTER.test(text)) return undefined;
  const find: JsonPath = (value) => steps.reduce<readonly Json[]>((found, step) => found.flatMap(step), [value]);
  if (!sign) return (value) => children(value).filter((item) => find(item).length > 0);
  const wanted = literalOf(literal);
  const compare = comparisons[sign];
  if (wanted === undefined || !compare) return undefined;
  return (value) => children(value).filter((item) => find(item).some((found) => compare(found, wanted)));
}

function literalOf(text: string): Json | undefined {
  const quoted = /^'([^']*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

const comparisons: Readonly<Record<string, (a: Json, b: Json) => boolean>> = {
  '==': deepEqual,
  '!=': (a, b) => !deepEqual(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
};

/** NaN, which no comparison likes, for what has no order. */
function order(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'string' && typeof b === 'string' ? Number(a > b) - Number(a < b) : Number.NaN;
}
