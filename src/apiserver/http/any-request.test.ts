import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiError } from './api-error.ts';
import { duplicateFields } from './duplicate-fields.ts';
import { parseText } from './exchange.ts';
import { parsePath } from './parse-path.ts';

const part = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .filter((text) => !/^(status|finalize|namespaces)$/.test(text));

test('the path of a resource is read as it was written, whatever its names', () => {
  fc.assert(
    fc.property(part, part, part, part, part, (group, version, namespace, plural, name) => {
      const path = `/apis/${[group, version, 'namespaces', namespace, plural, name].map(encodeURIComponent).join('/')}`;
      assert.deepEqual(parsePath(path), { group, version, plural, namespace, name });
    }),
  );
});

test('JSON without a field twice has none, and one put twice is named', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(duplicateFields(text), [])));
  fc.assert(
    fc.property(fc.string(), fc.json(), fc.json(), (key, a, b) => {
      const quoted = JSON.stringify(key);
      assert.deepEqual(duplicateFields(`{${quoted}:${a},${quoted}:${b}}`), [key]);
    }),
  );
});

test('any body is read or refused as a bad request', async () => {
  const piece = fc.constantFrom('*a', '&a ', '- ', '{', '}', '[', ']', 'a: ', '\n', '!!set ', '<<: ', '? ', '"');
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), (body, isYaml) =>
      parseText(body, isYaml).then(
        () => undefined,
        (error: unknown) => assert.ok(error instanceof ApiError && error.statusCode === 400, String(error)),
      ),
    ),
    { numRuns: 500 },
  );
});
