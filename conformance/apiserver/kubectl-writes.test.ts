/** What people ask of a write beside the write: kubectl against the embedded server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createApi, type Api, until } from './api.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { configMap } from './objects.ts';
import { createKubectl, type Kubectl, whyNoKubectl } from './run-kubectl.ts';

const skip = whyNoKubectl();
const MAPS = '/api/v1/namespaces/default/configmaps';

describe('kubectl: writes', () => {
  let server: Embedded;
  let api: Api;
  let kubectl: Kubectl;
  before(async () => {
    if (skip) return;
    server = await startEmbedded();
    api = createApi(server.access);
    kubectl = createKubectl(server.access);
  });
  after(async () => {
    if (skip) return;
    kubectl.close();
    api.close();
    await server.close();
  });
  const done = async (command: string, input?: object | string): Promise<string> => {
    const { code, out, err } = await kubectl.run(command, input);
    assert.equal(code, 0, `${command}: ${err}`);
    return out + err;
  };

  test('--dry-run=server tells what would be, and refuses what would be refused', { skip }, async () => {
    assert.match(
      await done('apply -f - --dry-run=server', configMap('dry')),
      /configmap\/dry created \(server dry run\)/,
    );
    assert.equal((await api.get(`${MAPS}/dry`)).status, 404);
    await done('apply -f -', configMap('dry', { a: '1' }));
    const diff = await kubectl.run('diff -f -', configMap('dry', { a: '2' }));
    assert.deepEqual([diff.code, /-  a: "1"\n\+  a: "2"/.test(diff.out)], [1, true], diff.out + diff.err);
    assert.match(await done('delete configmap dry --dry-run=server'), /deleted \(server dry run\)/);
    assert.equal((await api.get(`${MAPS}/dry`)).body.data.a, '1');
    const bad = await kubectl.run('apply -f - --dry-run=server', { ...configMap('bad'), data: { a: 1 } });
    assert.notEqual(bad.code, 0);
  });

  test('a field that nobody knows is refused, warned of, or passed over', { skip }, async () => {
    const odd = { ...configMap('odd'), odd: 'field' };
    const strict = await kubectl.run('apply -f - --validate=strict', odd);
    assert.match(strict.err, /strict decoding error: unknown field "odd"/);
    assert.match(await done('apply -f - --validate=warn', odd), /Warning: unknown field "odd"/);
    assert.doesNotMatch(await done('apply -f - --validate=ignore', odd), /Warning/);
    const twice =
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"twice-"},"data":{"a":"1","a":"2"}}';
    const created = await kubectl.run('create -f - --validate=ignore', twice);
    assert.match(created.out, /configmap\/twice-[a-z0-9]{5} created/);
  });

  const family = async (name: string) => {
    const { body } = await api.post(MAPS, configMap(name));
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid: body.metadata.uid, blockOwnerDeletion: true };
    await api.post(MAPS, configMap(`${name}-child`, {}, { ownerReferences: [owner] }));
  };

  test('--cascade says what becomes of what an object owns', { skip }, async () => {
    await family('fore');
    await done('delete configmap fore --cascade=foreground --wait=true');
    assert.equal((await api.get(`${MAPS}/fore-child`)).status, 404); // gone before its owner was
    await family('orphan');
    await done('delete configmap orphan --cascade=orphan');
    const child = await until(
      'let go',
      () => api.get(`${MAPS}/orphan-child`),
      ({ body }) => !body.metadata.ownerReferences?.length,
    );
    assert.equal(child.status, 200);
    await family('back');
    await done('delete configmap back --cascade=background');
    await until(
      'collected',
      () => api.get(`${MAPS}/back-child`),
      ({ status }) => status === 404,
    );
  });

  test('a namespace is deleted with what is in it; waiting ends when it has gone', { skip }, async () => {
    await api.post('/api/v1/namespaces', { metadata: { name: 'brief' } });
    await api.post('/api/v1/namespaces/brief/configmaps', configMap('a'));
    assert.match(await done('delete namespace brief --wait=true --timeout=20s'), /namespace "brief" deleted/);
    assert.equal((await api.get('/api/v1/namespaces/brief')).status, 404);
  });

  test('a custom kind with rules is explained, and its rules are told when they are broken', { skip }, async () => {
    const size = { type: 'integer', description: 'How large.' };
    const rule = { rule: 'self.size > 0', message: 'size must be more than nothing', fieldPath: '.size' };
    const spec = {
      type: 'object',
      description: 'What is wanted.',
      properties: { size },
      'x-kubernetes-validations': [rule],
    };
    const openAPIV3Schema = { type: 'object', properties: { spec } };
    await done('apply -f -', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gems.write.example.com' },
      spec: {
        group: 'write.example.com',
        scope: 'Namespaced',
        names: { plural: 'gems', kind: 'Gem' },
        versions: ['v1', 'v1beta1'].map((name) => ({
          name,
          served: true,
          storage: name === 'v1',
          schema: { openAPIV3Schema },
        })),
      },
    });
    assert.match(await done('explain gems.spec.size'), /FIELD: size <integer>[\s\S]*How large\./);
    assert.match(await done('explain gems.spec --api-version=write.example.com/v1beta1'), /What is wanted\./);
    const gem = { apiVersion: 'write.example.com/v1', kind: 'Gem', metadata: { name: 'a' }, spec: { size: 0 } };
    const bad = await kubectl.run('apply -f -', gem);
    assert.match(bad.err, /The Gem "a" is invalid: spec\.size: Invalid value: size must be more than nothing/);
    await done('apply -f -', { ...gem, spec: { size: 1 } });
    assert.match(await done('get gems.v1beta1.write.example.com a -o yaml'), /apiVersion: write.example.com\/v1beta1/);
  });
});
