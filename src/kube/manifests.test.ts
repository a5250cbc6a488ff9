import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '#kit/index.ts';
import { parseManifests } from './manifests.ts';

test('several documents, empty ones and lists among them, become objects', () => {
  const text = `---
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
`;
  assert.deepEqual(
    parseManifests(text, 'f').map(({ metadata }) => metadata.name),
    ['a', 'b'],
  );
});

test('text that is no YAML is refused with its line', () => {
  assert.throws(() => parseManifests('a: [\n', 'f.yaml'), {
    code: 'kube/bad-manifest',
    message: /^read f\.yaml:2:1: /,
  });
});

test('an object without a name is refused, and which one it is is said', () => {
  assert.throws(
    () => parseManifests('apiVersion: v1\nkind: Pod\nmetadata: {}\n', 'f.yaml'),
    /f\.yaml, document 1: metadata\.name is missing/,
  );
  assert.throws(() => parseManifests('just text', 'f.yaml'), /apiVersion is missing/);
});

test('any text is manifests or is refused as none', () => {
  const piece = fc.constantFrom(
    'kind: ',
    'List',
    '\n',
    'items: ',
    '- ',
    '*a',
    '&a ',
    '{',
    '}',
    '[',
    ']',
    '---',
    '? ',
    '!!set ',
    '<<: ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      ),
      (text) => {
        try {
          assert.ok(parseManifests(text, 'x').every(({ kind }) => kind !== ''));
        } catch (error) {
          assert.ok(isFault(error, 'kube/bad-manifest'), String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
