import assert from 'node:assert/strict';
import { join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { installationRoot } from '#cli/index.ts';
import { systemClock } from '#kit/index.ts';
import { keyOf, type KubeObject } from '#objects/index.ts';
import { readManifests } from '#kube/index.ts';
import { applyManifests, typeOfKind } from '#sandbox/client/index.ts';
import { covers } from '../karmada/render/covers.ts';
import { type Islands, startIslands } from '../karmada/testing/islands.ts';

const examples = join(installationRoot(), 'examples');
const folder = (variant: string) => join(examples, 'karmada-eriecanal', variant);
/** How many objects are in each. */
const FOLDERS = {
  [folder('original')]: 12,
  [folder('corrected')]: 12,
  [join(examples, 'dual-stack')]: 10,
};
const isPolicy = ({ kind }: KubeObject) => kind === 'PropagationPolicy';

suite('the example files', () => {
  let islands: Islands;
  before(async () => {
    islands = await startIslands([]);
  });
  after(() => islands.close());

  for (const [path, count] of Object.entries(FOLDERS)) {
    test(`the hub takes every object of ${relative(examples, path)}, with every field`, async () => {
      const objects = await readManifests(path);
      assert.equal(objects.length, count);
      const { client } = islands.hub;
      for (const object of objects) {
        const [applied] = await applyManifests(client, [object], { clock: systemClock });
        assert.equal(applied?.error, undefined, keyOf(object));
        const type = await typeOfKind(client, object.apiVersion, object.kind);
        assert.ok(covers(await client.get(type, object.metadata), object), `a field of ${keyOf(object)} is lost`);
      }
    });
  }

  test('the original gives one policy three meanings, the corrected variant gives each its own', async () => {
    const names = async (variant: string) => (await readManifests(folder(variant))).filter(isPolicy).map(keyOf);
    assert.deepEqual(await names('original'), ['httpbin/httpbin', 'curl/curl', 'httpbin/httpbin', 'httpbin/httpbin']);
    assert.deepEqual(await names('corrected'), [
      'httpbin/httpbin',
      'curl/curl',
      'httpbin/httpbin-export',
      'httpbin/httpbin-traffic',
    ]);
  });

  test('nothing else differs between the two', async () => {
    const nameless = async (variant: string) =>
      (await readManifests(folder(variant))).map((object) =>
        isPolicy(object) ? { ...object, metadata: { namespace: object.metadata.namespace } } : object,
      );
    assert.deepEqual(await nameless('corrected'), await nameless('original'));
  });
});
