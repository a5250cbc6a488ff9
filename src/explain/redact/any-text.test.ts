import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redactObject } from './redact-object.ts';
import { REMOVED, redactText } from './redact-text.ts';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.s3cr3t';
const CARRIERS = [
  'password=s3cr3t',
  '"token":"s3cr3t"',
  '--api-key s3cr3t',
  '{\\"secret\\":\\"s3cr3t\\"}',
  'Bearer s3cr3t',
  'https://me:s3cr3t@x/',
  JWT,
];
const around = fc.constantFrom(
  ...CARRIERS,
  '-----BEGIN PRIVATE KEY-----',
  '-----END PRIVATE KEY-----',
  REMOVED,
  'token',
  '-',
  'eyJ',
  '\\',
  '://',
  '@',
  '\n',
  ' ',
  '[',
  ',',
  'QUJD'.repeat(7),
);

/** That begins no value itself: whose value it would be, nobody could tell. */
const word = fc.string().filter((text) => !/[:="']/.test(text));

test('a secret goes whatever words stand around it', () => {
  const words = fc.array(fc.oneof(around, word), { maxLength: 6 });
  fc.assert(
    fc.property(words, fc.constantFrom(...CARRIERS), words, (before, carrier, after) => {
      const text = [...before, carrier, ...after].join(' ');
      assert.ok(!redactText(text).includes('s3cr3t'), `${text} is left as ${redactText(text)}`);
    }),
    { numRuns: 2000 },
  );
});

test('a log that was written to hold its reader up is read to its end', () => {
  for (const piece of ['-token', 'token', 'token=', '-', 'eyJ-', 'eyJaaaaaaaa-', 'a.', '\\', 'token\\', ' ', 'bearer '])
    assert.equal(typeof redactText(piece.repeat(256 * 1024)), 'string');
});

test('any JSON keeps its shape, says nothing of its own, and is hidden beyond what can be read', () => {
  const key = fc.constantFrom('a', 'env', 'token', 'value', 'kind', 'data', 'stringData', '__proto__');
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, 0, true, 'Secret', '--token', 's3cr3t'),
      fc.array(tie('json')),
      fc.dictionary(key, tie('json'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(json, (value) => {
      const left = redactObject(value);
      assert.deepEqual(redactObject(left), left);
      assert.equal(Array.isArray(left), Array.isArray(value));
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        assert.deepEqual(Object.keys(left as object), Object.keys(value));
    }),
  );
  const deep = Array.from({ length: 100_000 }).reduce((inner, _, i) => (i % 2 ? [inner] : { a: inner }), 's3cr3t');
  assert.match(JSON.stringify(redactObject(deep)), /\[removed\]/);
});
