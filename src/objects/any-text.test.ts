import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromFieldsV1, toFieldsV1 } from './apply/fields-v1.ts';
import { anyJson } from './schema/schema.arbitrary.ts';
import { parseFieldSelector } from './selector/field-selector.ts';
import { decodeContinue, encodeContinue } from './store/continue-token.ts';
import { jsonPath } from './table/json-path.ts';

test('a list goes on where it stopped, and any other text is no place to go on', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string({ unit: 'binary' }), (revision, after) =>
      assert.deepEqual(decodeContinue(encodeContinue({ revision, after })), { revision, after }),
    ),
  );
  fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => decodeContinue(text) === undefined));
});

test('a field selector says any value, and any text is one or refused', () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (value, equal) => {
      const text = `spec.a${equal ? '=' : '!='}${value.replaceAll(/[\\,=]/g, String.raw`\$&`)}`;
      assert.deepEqual(parseFieldSelector(text), { ok: true, value: [{ path: 'spec.a', equal, value }] });
    }),
  );
  const piece = fc.constantFrom('a', '=', '!', ',', '\\', ' ', '.');
  fc.assert(fc.property(fc.array(piece), (pieces) => typeof parseFieldSelector(pieces.join('')).ok === 'boolean'));
});

test('a backslash in a field selector stands before what it is for, or all is refused', () => {
  const escape = fc.constantFrom(String.raw`\\`, String.raw`\,`, String.raw`\=`, '\\', 'a', '\n', ' ');
  fc.assert(
    fc.property(fc.array(escape), (pieces) => {
      const value = pieces.join('');
      const isWhole = !value.replaceAll(/\\[\\,=]/g, '').includes('\\');
      assert.ok(isWhole || !parseFieldSelector(`a=${value}`).ok);
    }),
  );
});

test('any text is a JSON path that finds something or nothing in anything, or is refused', () => {
  const piece = fc.constantFrom(
    '.',
    'a',
    '[',
    ']',
    '*',
    '0',
    '-1',
    ':',
    "'",
    '?(',
    '@',
    '==',
    ')',
    '"x"',
    '\\',
    '{',
    '}',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), anyJson, (pieces, value) => {
      const path = jsonPath(pieces.join(''));
      if (path.ok) assert.ok(Array.isArray(path.value(value)));
    }),
    { numRuns: 1000 },
  );
});

test('whatever somebody wrote as managed fields is read, and read alike once it was written', () => {
  const element = fc.constantFrom('.', 'f:a', 'f:', 'i:0', 'k:{"a":1}', 'k:', 'v:1', 'v:{', '__proto__');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, anyJson, fc.dictionary(element, tie('tree'))),
  }));
  fc.assert(
    fc.property(tree as typeof anyJson, (fields) => {
      const written = toFieldsV1(fromFieldsV1(fields));
      assert.deepEqual(toFieldsV1(fromFieldsV1(written)), written);
    }),
  );
});
