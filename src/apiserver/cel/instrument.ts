/**
 * A rule as it is run: every predicate of a comprehension (`all`, `map`, …) counts how often it is asked, and patterns are matched
 * by the engine that schemas use. The library has no hooks for either, so the text is changed where the parser says.
 */
import type { ASTNode } from '@marcbachmann/cel-js';

export const SPEND = '__spend';
export const MATCHES = '__matches';

const COMPREHENSIONS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

interface Insertion {
  readonly at: number;
  readonly text: string;
}

export function instrumented(source: string, ast: ASTNode): string {
  const insertions: Insertion[] = [];
  for (const node of nodesOf(ast)) insertions.push(...insertionsOf(source, node));
  let text = '';
  let from = 0;
  for (const { at, text: added } of insertions.toSorted((a, b) => a.at - b.at)) {
    text += source.slice(from, at) + added;
    from = at;
  }
  return text + source.slice(from);
}

/** Every node, parents before children. */
export function nodesOf(ast: ASTNode): ASTNode[] {
  return [ast, ...childrenOf(ast.args).flatMap(nodesOf)];
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value && 'range' in value;
}

function insertionsOf(source: string, node: ASTNode): Insertion[] {
  if (node.op !== 'rcall') return [];
  const [name, receiver, args] = node.args;
  if (name === 'matches') return [{ at: nameAt(source, receiver.end, name), text: '__' }];
  if (!COMPREHENSIONS.has(name) || args.length < 2) return [];
  const predicate = args[1] as ASTNode;
  const begin = commaAfter(source, (args[0] as ASTNode).end) + 1;
  const end = args.length > 2 ? commaAfter(source, predicate.end) : node.end - 1;
  return [
    { at: begin, text: `${SPEND}(` },
    { at: end, text: ')' },
  ];
}

/** Between two arguments stand blanks, closing brackets, comments, and one comma. */
function commaAfter(source: string, from: number): number {
  return seek(source, from, ',');
}

function nameAt(source: string, from: number, name: string): number {
  return source.indexOf(name, seek(source, from, '.'));
}

function seek(source: string, from: number, wanted: string): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === wanted) return at;
    if (source.startsWith('//', at)) at = Math.max(at, source.indexOf('\n', at));
  }
  throw new Error(`no "${wanted}" after ${from} in a rule that was parsed`);
}
