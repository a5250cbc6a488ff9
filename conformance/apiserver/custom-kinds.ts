import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Body, until } from './api.ts';
import type { Stage } from './suite.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const SPEC = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1 },
        colour: { type: 'string', default: 'red', enum: ['red', 'blue'] },
        code: { type: 'string', pattern: '^(a+)+$' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        replicas: { type: 'integer' },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' } } },
  },
};

function definition(plural: string, kind: string, versions?: Body[]): Body {
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: SPEC },
    subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
    additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.case.example.com` },
    spec: {
      group: 'case.example.com',
      scope: 'Namespaced',
      names: { plural, kind, singular: kind.toLowerCase(), shortNames: [`${plural}x`] },
      versions: versions ?? [version('v1', true), version('v1beta1', false)],
    },
  };
}

export function customCases(stage: () => Stage): void {
  const served = async (plural: string, kind: string) => {
    const { api, namespace } = stage();
    assert.equal((await api.post(CRDS, definition(plural, kind))).status, 201);
    const isEstablished = ({ body }: { body: Body }) =>
      body.status?.conditions?.some((one: Body) => one.type === 'Established' && one.status === 'True');
    await until('established', () => api.get(`${CRDS}/${plural}.case.example.com`), isEstablished);
    const space = await namespace();
    const path = `/apis/case.example.com/v1/namespaces/${space}/${plural}`;
    await until(
      'served',
      () => api.get(path),
      ({ status }) => status === 200,
    );
    return { api, path, kind, beta: path.replace('/v1/', '/v1beta1/') };
  };

  test('an object is checked, pruned and given defaults', async () => {
    const { api, path } = await served('boxes', 'Box');
    const free = { any: { thing: [1] } };
    const { status, body } = await api.post(path, { metadata: { name: 'a' }, spec: { size: 2, odd: 1, free } });
    assert.equal(status, 201);
    assert.deepEqual(body.spec, { size: 2, colour: 'red', free });
    assert.deepEqual([body.apiVersion, body.kind, body.metadata.generation], ['case.example.com/v1', 'Box', 1]);
    for (const [spec, field] of [
      [{}, 'spec.size'],
      [{ size: 0 }, 'spec.size'],
      [{ size: 'x' }, 'spec.size'],
      [{ size: 1, colour: 'green' }, 'spec.colour'],
    ] as const) {
      const refused = await api.post(path, { metadata: { name: 'b' }, spec });
      assert.equal(refused.status, 422);
      assert.equal(refused.body.details.causes[0].field, field);
    }
  });

  test('both versions show the same object, each as its own', async () => {
    const { api, path, beta } = await served('crates', 'Crate');
    await api.post(beta, { metadata: { name: 'a' }, spec: { size: 1 } });
    assert.equal((await api.get(`${beta}/a`)).body.apiVersion, 'case.example.com/v1beta1');
    assert.equal((await api.get(`${path}/a`)).body.apiVersion, 'case.example.com/v1');
    await api.patch(`${path}/a`, 'merge', { spec: { size: 9 } });
    assert.equal((await api.get(`${beta}/a`)).body.spec.size, 9);
    const { body } = await api.get('/apis/case.example.com/v1beta1');
    assert.ok(body.resources.some((one: Body) => one.name === 'crates' && one.kind === 'Crate'));
  });

  const condition = ({ body }: { body: Body }, type: string) =>
    body.status?.conditions?.find((one: Body) => one.type === type);

  test('a list and a watch speak the version they are asked in', async () => {
    const { api, path, beta } = await served('pails', 'Pail');
    const watch = await api.watch(`${beta}?watch=true&timeoutSeconds=5`);
    await api.post(path, { metadata: { name: 'a' }, spec: { size: 1 } });
    const event = await watch.next();
    assert.deepEqual([event?.type, event?.object.apiVersion], ['ADDED', 'case.example.com/v1beta1']);
    watch.stop();
    const { body } = await api.get(beta);
    assert.deepEqual(
      [body.apiVersion, body.items[0].apiVersion],
      ['case.example.com/v1beta1', 'case.example.com/v1beta1'],
    );
  });

  test('a version that has stored something stays until the status says that nothing of it is left', async () => {
    const { api } = await served('urns', 'Urn');
    const at = `${CRDS}/urns.case.example.com`;
    const { body: crd } = await api.get(at);
    assert.deepEqual(crd.status.storedVersions, ['v1']);
    const [v1, beta] = crd.spec.versions;
    const moved = await api.patch(at, 'merge', {
      spec: {
        versions: [
          { ...v1, storage: false },
          { ...beta, storage: true },
        ],
      },
    });
    assert.deepEqual(moved.body.status.storedVersions, ['v1', 'v1beta1']);
    const alone = { spec: { versions: [{ ...beta, storage: true }] } };
    const early = await api.patch(at, 'merge', alone);
    assert.deepEqual([early.status, early.body.details.causes[0].field], [422, 'status.storedVersions[0]']);
    assert.match(early.body.message, /missing from spec.versions; v1 was previously a storage version/);
    assert.equal((await api.patch(`${at}/status`, 'merge', { status: { storedVersions: ['v1'] } })).status, 422);
    assert.equal((await api.patch(`${at}/status`, 'merge', { status: { storedVersions: ['v1beta1'] } })).status, 200);
    assert.equal((await api.patch(at, 'merge', alone)).status, 200);
  });

  test('who uses a version that is deprecated is told so, reading and writing', async () => {
    const { api, path, beta } = await served('bins', 'Bin');
    const at = `${CRDS}/bins.case.example.com`;
    const [v1, old] = (await api.get(at)).body.spec.versions;
    await api.patch(at, 'merge', { spec: { versions: [v1, { ...old, deprecated: true }] } });
    const told = await until(
      'warning',
      () => api.get(beta),
      ({ headers }) => headers['warning'] !== undefined,
    );
    assert.equal(told.headers['warning'], '299 - "case.example.com/v1beta1 Bin is deprecated"');
    const made = await api.post(beta, { metadata: { name: 'a' }, spec: { size: 1, odd: 1 } });
    assert.match(String(made.headers['warning']), /Bin is deprecated.*unknown field \\"spec.odd\\"/);
    assert.equal((await api.get(path)).headers['warning'], undefined);
    const deprecated = { ...old, deprecated: true, deprecationWarning: 'use v1' };
    await api.patch(at, 'merge', { spec: { versions: [v1, deprecated] } });
    await until(
      'own words',
      () => api.get(beta),
      ({ headers }) => headers['warning'] === '299 - "use v1"',
    );
  });

  test('names that another definition has are not to be had, until it goes', async () => {
    const { api } = await served('mugs', 'Mug');
    const rival = definition('cups', 'Mug');
    assert.equal((await api.post(CRDS, rival)).status, 201);
    const at = `${CRDS}/cups.case.example.com`;
    const told = await until(
      'refused',
      () => api.get(at),
      (answer) => condition(answer, 'NamesAccepted')?.status === 'False',
    );
    const { reason, message } = condition(told, 'NamesAccepted');
    assert.deepEqual([reason, message], ['ListKindConflict', '"MugList" is already in use']);
    assert.equal(condition(told, 'Established').status, 'False');
    assert.equal((await api.get('/apis/case.example.com/v1/cups')).status, 404);
    assert.equal((await api.get('/apis/case.example.com/v1/mugs')).status, 200);
    await api.delete(`${CRDS}/mugs.case.example.com`);
    await until(
      'served now',
      () => api.get('/apis/case.example.com/v1/cups'),
      ({ status }) => status === 200,
    );
    assert.equal(condition(await api.get(at), 'NamesAccepted').status, 'True');
  });

  test('a short name that is taken keeps a new definition out, and can be given up', async () => {
    const { api } = await served('vats', 'Vat');
    const rival = definition('tubs', 'Tub');
    rival.spec.names.shortNames = ['vatsx'];
    await api.post(CRDS, rival);
    const at = `${CRDS}/tubs.case.example.com`;
    await until(
      'refused',
      () => api.get(at),
      (answer) => condition(answer, 'NamesAccepted')?.reason === 'ShortNamesConflict',
    );
    await api.patch(at, 'merge', { spec: { names: { shortNames: ['tubsx'] } } });
    await until(
      'served',
      () => api.get('/apis/case.example.com/v1/tubs'),
      ({ status }) => status === 200,
    );
    await api.delete(at);
  });

  test('a definition that never was served can be deleted', async () => {
    const { api } = await served('jugs', 'Jug');
    await api.post(CRDS, definition('ewers', 'Jug'));
    await api.delete(`${CRDS}/ewers.case.example.com`);
    await until(
      'gone',
      () => api.get(`${CRDS}/ewers.case.example.com`),
      ({ status }) => status === 404,
    );
    assert.equal((await api.get('/apis/case.example.com/v1/jugs')).status, 200);
  });

  test('what objects are known by cannot change once they are served', async () => {
    const { api } = await served('pots', 'Pot');
    const at = `${CRDS}/pots.case.example.com`;
    for (const [spec, field] of [
      [{ scope: 'Cluster' }, 'spec.scope'],
      [{ names: { kind: 'Kettle' } }, 'spec.names.kind'],
    ] as const) {
      const { status, body } = await api.patch(at, 'merge', { spec });
      assert.deepEqual([status, body.details.causes[0].field], [422, field]);
      assert.match(body.message, /field is immutable/);
    }
  });

  test('its status, scale and printer columns work', async () => {
    const { api, path } = await served('chests', 'Chest');
    await api.post(path, { metadata: { name: 'a' }, spec: { size: 4, replicas: 1 } });
    const { body } = await api.patch(`${path}/a/status`, 'merge', { spec: { size: 5 }, status: { replicas: 1 } });
    assert.deepEqual([body.spec.size, body.status.replicas, body.metadata.generation], [4, 1, 1]);
    assert.equal((await api.patch(`${path}/a/scale`, 'merge', { spec: { replicas: 3 } })).body.spec.replicas, 3);
    const table = await api.get(path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    assert.deepEqual(table.body.rows[0].cells, ['a', 4]);
  });

  test('server-side apply works on it, a strategic patch does not', async () => {
    const { api, path } = await served('casks', 'Cask');
    const cask = { apiVersion: 'case.example.com/v1', kind: 'Cask', metadata: { name: 'a' }, spec: { size: 1 } };
    assert.equal((await api.patch(`${path}/a?fieldManager=one`, 'apply', cask)).status, 201);
    assert.equal((await api.patch(`${path}/a`, 'strategic', { spec: { size: 2 } })).status, 415);
  });

  test('a schema that is not structural is refused, with paths', async () => {
    const { api } = stage();
    const broken = definition('bags', 'Bag');
    broken.spec.versions[0].schema = {
      openAPIV3Schema: { type: 'object', properties: { a: { properties: { b: {} } } } },
    };
    const { status, body } = await api.post(CRDS, broken);
    assert.equal(status, 422);
    const fields = body.details.causes.map((cause: Body) => cause.field);
    assert.ok(
      fields.every((field: string) => field.startsWith('spec.versions[0].schema.openAPIV3Schema')),
      fields.join(),
    );
    assert.ok(
      fields.some((field: string) => field.includes('properties[a]')),
      fields.join(),
    );
  });

  test('a definition that says too little, or of what there is already, is refused', async () => {
    const { api } = stage();
    const crd = definition('sacks', 'Sack');
    const bad = [
      {},
      { ...crd, spec: undefined },
      { ...crd, spec: { ...crd.spec, versions: [] } },
      { ...crd, spec: { ...crd.spec, versions: 'v1' } },
      { ...crd, spec: { ...crd.spec, versions: [null] } },
      { ...crd, spec: { ...crd.spec, names: null } },
      { ...crd, metadata: { name: 'other.case.example.com' } },
      { ...crd, spec: { ...crd.spec, versions: crd.spec.versions.map((one: Body) => ({ ...one, storage: false })) } },
    ];
    for (const one of bad) assert.ok([400, 422].includes((await api.post(CRDS, one)).status), JSON.stringify(one));
  });

  test('it goes when the last of its objects has gone', async () => {
    const { api, path } = await served('tins', 'Tin');
    await api.post(path, { metadata: { name: 'a' }, spec: { size: 1 } });
    await api.post(path, { metadata: { name: 'b', finalizers: ['example.com/hold'] }, spec: { size: 1 } });
    await api.delete(`${CRDS}/tins.case.example.com`);
    await until(
      'a',
      () => api.get(`${path}/a`),
      ({ status }) => status === 404,
    );
    assert.equal((await api.get(`${path}/b`)).status, 200);
    assert.ok((await api.post(path, { metadata: { name: 'c' }, spec: { size: 1 } })).status >= 400);
    await api.patch(`${path}/b`, 'merge', { metadata: { finalizers: [] } });
    await until(
      'definition',
      () => api.get(`${CRDS}/tins.case.example.com`),
      ({ status }) => status === 404,
    );
    await until(
      'path',
      () => api.get(path),
      ({ status }) => status === 404,
    );
  });

  test('a pattern that would keep a naive engine busy for ever is judged at once', async () => {
    const { api, path } = await served('jars', 'Jar');
    const code = `${'a'.repeat(5000)}b`;
    const began = performance.now();
    assert.equal((await api.post(path, { metadata: { name: 'a' }, spec: { size: 1, code } })).status, 422);
    assert.ok(performance.now() - began < 5000);
    assert.equal((await api.post(path, { metadata: { name: 'a' }, spec: { size: 1, code: 'aaa' } })).status, 201);
  });
}
