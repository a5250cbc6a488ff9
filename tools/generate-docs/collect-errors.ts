/** Every stable error code in the sources, with the message and hint written beside it. Parses, runs nothing. */
import ts from 'typescript';

export interface ErrorUse {
  /** `room/what`; a part known only at run time is `<…>`. */
  readonly code: string;
  /** Template of `operation subject`; undefined where it is put together elsewhere. */
  readonly message?: string;
  readonly hint?: string;
  readonly file: string;
}

/** Calls that make no error of the code they name. */
const ASK_ONLY = new Set(['isFault']);

/** @param rooms what a code may start with */
export function errorsIn(file: string, source: string, rooms: ReadonlySet<string>): ErrorUse[] {
  const found: ErrorUse[] = [];
  const visit = (node: ts.Node): void => {
    const code = codeOf(node, rooms);
    if (code !== undefined) found.push(...use(node as ts.Expression, code, file));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return found;
}

function codeOf(node: ts.Node, rooms: ReadonlySet<string>): string | undefined {
  if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return undefined;
  const text = template(node) ?? '';
  const [, room] = /^([a-z]+)\/(?:[a-z][a-z0-9]*|<\w+>)(?:-(?:[a-z0-9]+|<\w+>))*$/.exec(text) ?? [];
  return room !== undefined && rooms.has(room) ? text : undefined;
}

/** A code is an argument, with its message after it, or a value in a table of codes. */
function use(node: ts.Expression, code: string, file: string): ErrorUse[] {
  const top = outermost(node);
  const parent = top.parent;
  const isListed = ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent);
  if (isListed && parent.initializer === top && ts.isStringLiteralLike(node)) return [{ code, file }];
  if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return [];
  const called = parent.expression.getText();
  const all: readonly ts.Expression[] = parent.arguments ?? [];
  const at = all.indexOf(top);
  if (at < 0 || ASK_ONLY.has(called)) return [];
  if (!/Error$|[fF]ault$|^checked$|^super$/.test(called)) return [];
  const message = template(all[at + 1]);
  const hint = hintIn(all.slice(at + 1));
  return [{ code, file, ...(message !== undefined && { message }), ...(hint !== undefined && { hint }) }];
}

/** `cond ? 'a/b' : 'a/c'`, `x ?? 'a/b'` and `(…)` stand for their branches. */
function outermost(node: ts.Expression): ts.Expression {
  const { parent } = node;
  const isBranch = ts.isConditionalExpression(parent) && parent.condition !== node;
  const isAlternative =
    ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
  return isBranch || isAlternative || ts.isParenthesizedExpression(parent) ? outermost(parent) : node;
}

function hintIn(args: readonly ts.Expression[]): string | undefined {
  const objects = args.filter(ts.isObjectLiteralExpression).flatMap(({ properties }) => properties);
  for (const property of objects) {
    if (ts.isPropertyAssignment(property) && property.name.getText() === 'hint') return template(property.initializer);
  }
  return undefined;
}

/** Text with `<name>` where a value goes. */
function template(node: ts.Node | undefined): string | undefined {
  if (!node) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return (
    node.head.text + node.templateSpans.map(({ expression, literal }) => valueName(expression) + literal.text).join('')
  );
}

/** `flags.cluster` → `<cluster>`, `names.join(', ')` → `<names>`. */
function valueName(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return `<${node.text}>`;
  if (ts.isPropertyAccessExpression(node)) return `<${node.name.text.replace('#', '')}>`;
  if (ts.isNonNullExpression(node) || ts.isElementAccessExpression(node)) return valueName(node.expression);
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    return valueName(
      ts.isPropertyAccessExpression(expression) ? expression.expression : (node.arguments[0] ?? expression),
    );
  }
  return '<…>';
}
