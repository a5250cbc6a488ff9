/** What Kubernetes adds to CEL, as far as it is had here; a rule that uses anything else is refused when its definition is written. */
import { isIP } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js';
import { spendOne } from './budget.ts';
import { matchAll, matches, matchFirst } from './patterns.ts';
import { MATCHES, SPEND } from './instrument.ts';
import { addQuantities } from './quantities.ts';

export function addFunctions(env: Environment): void {
  env.registerFunction(`${SPEND}(A): A`, (value: unknown) => {
    spendOne();
    return value;
  });
  env.registerFunction(`string.${MATCHES}(string): bool`, matches);
  addTexts(env);
  addLists(env);
  addSets(env);
  addAddresses(env);
  addQuantities(env);
}

function addTexts(env: Environment): void {
  env.registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
    const letters = Array.from(text);
    if (at < 0n || at > BigInt(letters.length)) throw new Error(`index out of range: ${at}`);
    return letters[Number(at)] ?? '';
  });
  env.registerFunction('string.replace(string, string): string', (text: string, old: string, by: string) =>
    text.replaceAll(old, () => by),
  );
  env.registerFunction(
    'string.replace(string, string, int): string',
    (text: string, old: string, by: string, times: bigint) => {
      if (times < 0n) return text.replaceAll(old, () => by);
      let left = times;
      return text.replaceAll(old, (found) => (left-- > 0n ? by : found));
    },
  );
  env.registerFunction('string.find(string): string', matchFirst);
  env.registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
    matchAll(text, pattern),
  );
  env.registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, most: bigint) =>
    matchAll(text, pattern, most),
  );
  env.registerFunction(
    'isURL(string): bool',
    (text: string) => /^(\/|[a-z][a-z0-9+.-]*:\/\/)/i.test(text) && isUrl(text),
  );
}

function isUrl(text: string): boolean {
  return text.startsWith('/') || URL.canParse(text);
}

type Orderable = bigint | number | string | boolean | Date;

function addLists(env: Environment): void {
  for (const type of ['int', 'double', 'string', 'bool', 'google.protobuf.Timestamp']) {
    env.registerFunction(`list<${type}>.isSorted(): bool`, (list: readonly Orderable[]) =>
      list.every((value, i) => i === 0 || (list[i - 1] as Orderable) <= value),
    );
    env.registerFunction(`list<${type}>.min(): ${type}`, (list: readonly Orderable[]) => best(list, (a, b) => a < b));
    env.registerFunction(`list<${type}>.max(): ${type}`, (list: readonly Orderable[]) => best(list, (a, b) => a > b));
    env.registerFunction(`list<${type}>.indexOf(${type}): int`, (list: readonly Orderable[], wanted: Orderable) =>
      BigInt(list.findIndex((value) => value.valueOf() === wanted.valueOf())),
    );
    env.registerFunction(`list<${type}>.lastIndexOf(${type}): int`, (list: readonly Orderable[], wanted: Orderable) =>
      BigInt(list.findLastIndex((value) => value.valueOf() === wanted.valueOf())),
    );
  }
  env.registerFunction('list<int>.sum(): int', (list: readonly bigint[]) => list.reduce((a, b) => a + b, 0n));
  env.registerFunction('list<double>.sum(): double', (list: readonly number[]) => list.reduce((a, b) => a + b, 0));
}

function best(list: readonly Orderable[], isBetter: (a: Orderable, b: Orderable) => boolean): Orderable {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('min/max called on empty list');
  return rest.reduce((kept, value) => (isBetter(value, kept) ? value : kept), first);
}

class SetsNamespace {}

function addSets(env: Environment): void {
  env.registerType('SetsNamespace', SetsNamespace);
  env.registerConstant('sets', 'SetsNamespace', new SetsNamespace());
  for (const type of ['int', 'string', 'bool']) {
    const add = (name: string, holds: (a: Set<unknown>, b: Set<unknown>) => boolean) =>
      env.registerFunction(
        `SetsNamespace.${name}(list<${type}>, list<${type}>): bool`,
        (_: unknown, a: unknown[], b: unknown[]) => holds(new Set(a), new Set(b)),
      );
    add('contains', (a, b) => b.isSubsetOf(a));
    add('equivalent', (a, b) => a.size === b.size && b.isSubsetOf(a));
    add('intersects', (a, b) => !a.isDisjointFrom(b));
  }
}

function addAddresses(env: Environment): void {
  env.registerFunction('isIP(string): bool', (text: string) => isIP(text) !== 0 && !text.includes('%'));
  env.registerFunction('isCIDR(string): bool', (text: string) => {
    const [, address = '', bits = ''] = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
    const family = isIP(address);
    return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
  });
}
