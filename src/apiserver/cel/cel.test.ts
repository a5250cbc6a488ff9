import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { systemClock } from '#kit/index.ts';
import type { Json, Schema } from '#objects/index.ts';
import { setEngineFlags } from '../engine-flags.ts';
import { checkRules } from './check-rules.ts';
import { instrumented } from './instrument.ts';
import { parseQuantity } from './quantities.ts';
import { buildRules } from './rule-tree.ts';
import { escaped } from './types.ts';

setEngineFlags();

function problemsOf(spec: Schema, value: Json): readonly string[] {
  const { tree, problems } = buildRules({ type: 'object', properties: { spec } }, 'schema');
  assert.deepEqual(problems, []);
  assert.ok(tree);
  return checkRules(tree, { spec: value }, undefined, systemClock).map(({ message }) => message);
}

const numbers: Schema = { type: 'array', items: { type: 'integer' } };
const ruled = (schema: Schema, rule: string): Schema => ({
  ...schema,
  'x-kubernetes-validations': [{ rule, message: 'no' }],
});

test('a rule that would look at too much is stopped, and the object refused', () => {
  const list = Array.from({ length: 3_000 }, (_, i) => i);
  const began = performance.now();
  const cube = ruled(numbers, 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))');
  const [why] = problemsOf(cube, list);
  assert.match(why ?? '', /running out of cost budget/);
  assert.ok(performance.now() - began < 5_000);
  const literal = Array.from({ length: 900 }, (_, i) => i).join();
  const product = ruled(
    { type: 'string' },
    `[${literal}].all(a, [${literal}].map(b, a + b).filter(c, c > 1).size() > 0)`,
  );
  assert.match(problemsOf(product, 'x')[0] ?? '', /running out of cost budget/);
});

test('a pattern of the object’s own cannot keep a rule busy', () => {
  const rule = ruled(
    { type: 'object', properties: { p: { type: 'string' }, t: { type: 'string' } } },
    'self.t.matches(self.p)',
  );
  const began = performance.now();
  assert.deepEqual(problemsOf(rule, { p: '^(a+)+$', t: `${'a'.repeat(5_000)}b` }), ['Invalid value: no']);
  assert.match(problemsOf(rule, { p: '(a)\\1', t: 'aa' })[0] ?? '', /error parsing regexp/);
  assert.ok(performance.now() - began < 5_000);
});

test('comments, brackets and texts that look like rules leave a rule what it was', () => {
  const rules = [
    '(self).all((x), ((x) > 0))',
    'self.all(x, (x) > 0 && (x < 9 || self.exists(y, (y) == x))) // , ) trailing',
    'self.map(x, x > 1, x + 1).filter(y, y > 2).size() == 2 && "a.all(x, y)".matches("a[.]all")',
    'self.all(x, // , a comment\n x > 0)',
    'self.exists_one(x, "," in [",", ")"] && x == 2)',
    '"a".matches("a") && ("b" + "c") . matches ("bc")',
  ];
  for (const rule of rules) assert.deepEqual(problemsOf(ruled(numbers, rule), [1, 2, 3]), [], rule);
  for (const rule of rules) assert.equal(problemsOf(ruled(numbers, `!(${rule}\n)`), [1, 2, 3]).length, 1, rule);
});

test('what is counted is every comprehension, and nothing else changes', () => {
  const env = new Environment({ unlistedVariablesAreDyn: true });
  const text = (rule: string) => instrumented(rule, env.parse(rule).ast);
  assert.equal(text('a.all(x, x > 1)'), 'a.all(x,__spend( x > 1))');
  assert.equal(text('a.map(x, x > 1, x)'), 'a.map(x,__spend( x > 1), x)');
  assert.equal(text('a.all(x, b.exists(y, y == x))'), 'a.all(x,__spend( b.exists(y,__spend( y == x))))');
  assert.equal(text('a.contains("all(")'), 'a.contains("all(")');
});

test('quantities are exact', () => {
  const amounts = {
    '1': 1e9,
    '1k': 1e12,
    '1Ki': 1024e9,
    '100m': 1e8,
    '1.5': 1.5e9,
    '2e3': 2e12,
    '-1': -1e9,
    '.5': 5e8,
    '1n': 1,
  };
  for (const [text, billionths] of Object.entries(amounts))
    assert.equal(Number(parseQuantity(text)?.billionths), billionths);
  for (const text of ['', '1kk', 'k', '1 k', '1e', '--1', 'e3', '1.2.3', '1e999'])
    assert.equal(parseQuantity(text), undefined, text);
});

test('any quantity is read as it was written, to a billionth away from zero, and any text is one or none', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.nat(20), (digits, places) => {
      const [sign, text] = [digits < 0n ? '-' : '', String(digits < 0n ? -digits : digits).padStart(places + 1, '0')];
      const written = `${sign}${text.slice(0, text.length - places)}.${text.slice(text.length - places)}`;
      const [read, unit] = [parseQuantity(written)?.billionths ?? 0n, 10n ** BigInt(places)];
      const exact = digits * 1_000_000_000n;
      const over = digits < 0n ? exact - read * unit : read * unit - exact;
      assert.ok(over >= 0n && over < unit, `${written} is ${read}`);
      assert.equal(parseQuantity(`${read}n`)?.billionths, read);
    }),
  );
  const piece = fc.constantFrom('1', '0', '.', '-', '+', 'e', 'E', 'Ki', 'm', ' ', 'n', 'i', '99999999');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.string(), (pieces, other) => {
      for (const text of [pieces.join(''), other])
        assert.ok(parseQuantity(text) === undefined || /^[+-]?[\d.]+([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/.test(text));
    }),
  );
});

test('a field’s name in a rule is another for every field, or there is none', () => {
  assert.deepEqual(['a-b', 'a.b/c', 'namespace', 'a__b', '1a', 'ä'].map(escaped), [
    'a__dash__b',
    'a__dot__b__slash__c',
    '__namespace__',
    'a__underscores__b',
    undefined,
    undefined,
  ]);
  const key = fc.string({ unit: fc.constantFrom('a', '_', '-', '.', '/'), minLength: 1, maxLength: 6 });
  fc.assert(fc.property(key, key, (a, b) => a === b || escaped(a) === undefined || escaped(a) !== escaped(b)));
});

test('whatever a rule says, it is compiled or refused, never thrown', () => {
  const piece = fc.constantFrom(
    'self',
    '.all(x, ',
    'x > 0',
    ')',
    '(',
    '"',
    '+',
    ' ',
    'oldSelf',
    '[0]',
    '.?a',
    '//',
    ',',
    'has(',
    '1',
    '\n',
    'self.map(',
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
      const { tree } = buildRules({ type: 'object', properties: { spec: ruled(numbers, pieces.join('')) } }, 's');
      if (tree) checkRules(tree, { spec: [1, 2] }, undefined, systemClock);
    }),
    { numRuns: 2_000 },
  );
});
