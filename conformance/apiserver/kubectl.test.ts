/** What people do: kubectl against the embedded server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Api, createApi, until } from './api.ts';
import { startFakeKubelet, type FakeKubelet } from './fake-kubelet.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { configMap, deployment, pod, service } from './objects.ts';
import { createKubectl, type Kubectl, type Ran, whyNoKubectl } from './run-kubectl.ts';

/** On each test, since the runner does not count a skipped suite. */
const skip = whyNoKubectl();

describe('kubectl', () => {
  let kubelet: FakeKubelet;
  let server: Embedded;
  let api: Api;
  let kubectl: Kubectl;
  before(async () => {
    if (skip) return;
    kubelet = await startFakeKubelet();
    server = await startEmbedded({ kubeletSocket: kubelet.socketPath });
    api = createApi(server.access);
    kubectl = createKubectl(server.access);
  });
  after(async () => {
    if (skip) return;
    kubectl.close();
    api.close();
    await server.close();
    await kubelet.close();
  });
  const done = async (command: string, input?: object): Promise<string> => {
    const ran: Ran = await kubectl.run(command, input);
    assert.equal(ran.code, 0, `${command}: ${ran.err}`);
    return ran.out + ran.err;
  };
  const path = (plural: string, name = '') => `/api/v1/namespaces/default/${plural}${name && `/${name}`}`;
  const withUnset = (text: string) => text.replaceAll(/ +/g, ' ');

  test('get shows tables, wide ones, YAML, JSON and names', { skip }, async () => {
    await api.post(path('services'), service('web', { selector: { app: 'web' }, ports: [{ port: 80, name: 'http' }] }));
    assert.match(
      withUnset(await done('get services web')),
      /NAME TYPE CLUSTER-IP EXTERNAL-IP PORT\(S\) AGE\nweb ClusterIP 10\.\S+ <none> 80\/TCP \d+s/,
    );
    assert.match(withUnset(await done('get svc -o wide')), /SELECTOR[\s\S]*app=web/);
    assert.match(await done('get svc web -o yaml'), /^apiVersion: v1\nkind: Service\n/m);
    assert.equal(JSON.parse(await done('get svc web -o json')).kind, 'Service');
    assert.match(await done('get all -o name'), /service\/web/);
    assert.match(await done('get svc -A'), /NAMESPACE[\s\S]*default +web/);
    assert.match((await kubectl.run('get svc none')).err, /Error from server \(NotFound\): services "none" not found/);
  });

  test('get -w tells changes as they come', { skip }, async () => {
    const child = kubectl.start('get configmaps -w --output-watch-events');
    let told = '';
    child.stdout?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await api.post(path('configmaps'), configMap('watched'));
    await until(
      'added',
      () => api.get(path('configmaps')),
      () => /ADDED +watched/.test(told),
    );
    await api.delete(path('configmaps', 'watched'));
    await until(
      'deleted',
      () => api.get(path('configmaps')),
      () => /DELETED +watched/.test(told),
    );
    child.kill();
  });

  test('describe tells the story of a pod, a service, a deployment and a definition', { skip }, async () => {
    const { uid } = (await api.post(path('pods'), pod('told'))).body.metadata;
    await api.post('/apis/apps/v1/namespaces/default/deployments', deployment('told'));
    const involvedObject = { kind: 'Pod', namespace: 'default', name: 'told', apiVersion: 'v1', uid };
    const event = {
      metadata: { name: 'told.1' },
      involvedObject,
      reason: 'Scheduled',
      message: 'on a node',
      type: 'Normal',
    };
    await api.post(path('events'), event);
    assert.match(await done('describe pod told'), /Name: +told[\s\S]*Image: +pause[\s\S]*Scheduled[\s\S]*on a node/);
    assert.match(await done('describe service kubernetes'), /Type: +ClusterIP[\s\S]*TargetPort: +6443\/TCP/);
    assert.match(await done('describe deployment told'), /Replicas: +1 desired[\s\S]*StrategyType: +RollingUpdate/);
    assert.match(await done('get events'), /LAST SEEN[\s\S]*Scheduled +pod\/told +on a node/);
  });

  test('apply creates, finds nothing to do the second time, then changes', { skip }, async () => {
    const apply = (data: Record<string, string>) => done('apply -f -', configMap('applied', data));
    assert.match(await apply({ x: '1' }), /configmap\/applied created/);
    assert.match(await apply({ x: '1' }), /unchanged/);
    assert.match(await apply({ y: '2' }), /configured/);
    assert.deepEqual((await api.get(path('configmaps', 'applied'))).body.data, { y: '2' });
  });

  test('apply of a deployment twice changes nothing', { skip }, async () => {
    assert.match(await done('apply -f -', deployment('twice', 2)), /created/);
    assert.match(await done('apply -f -', deployment('twice', 2)), /unchanged/);
    assert.match(await done('apply -f -', service('twice')), /created/);
    assert.match(await done('apply -f -', service('twice')), /unchanged/);
  });

  test('apply --server-side tells of a conflict, and forces it', { skip }, async () => {
    const manager = (name: string) => `apply --server-side --field-manager=${name} -f -`;
    await done(manager('one'), configMap('shared', { x: '1' }));
    const refused = await kubectl.run(manager('two'), configMap('shared', { x: '2' }));
    assert.equal(refused.code, 1);
    assert.match(refused.err, /conflict with "one": \.data\.x/);
    await done(`${manager('two')} --force-conflicts`, configMap('shared', { x: '2' }));
    assert.equal((await api.get(path('configmaps', 'shared'))).body.data.x, '2');
  });

  test('patch in its three types, label and annotate', { skip }, async () => {
    await api.post(path('configmaps'), configMap('p', { x: '1' }));
    await done(`patch configmap p -p '{"data":{"a":"1"}}'`);
    await done(`patch configmap p --type=merge -p '{"data":{"b":"1"}}'`);
    await done(`patch configmap p --type=json -p '[{"op":"remove","path":"/data/x"}]'`);
    await done('label configmap p colour=red');
    await done('annotate configmap p note=well');
    const { body } = await api.get(path('configmaps', 'p'));
    assert.deepEqual(
      [body.data, body.metadata.labels, body.metadata.annotations],
      [{ a: '1', b: '1' }, { colour: 'red' }, { note: 'well' }],
    );
  });

  test('scale and wait', { skip }, async () => {
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    await api.post(deployments, deployment('s'));
    assert.match(await done('scale deployment s --replicas=3'), /scaled/);
    assert.equal((await api.get(`${deployments}/s`)).body.spec.replicas, 3);
    const waiting = done('wait deployment/s --for=condition=Available --timeout=20s');
    const condition = { type: 'Available', status: 'True', reason: 'x', message: 'y' };
    await api.patch(`${deployments}/s/status`, 'merge', { status: { conditions: [condition] } });
    assert.match(await waiting, /condition met/);
    assert.equal((await kubectl.run('wait deployment/s --for=condition=Never --timeout=1s')).code, 1);
  });

  test('delete waits until the object has gone, and cascades as asked', { skip }, async () => {
    const owner = async (name: string) => {
      const { body } = await api.post(path('configmaps'), configMap(name));
      const ownerReferences = [
        { apiVersion: 'v1', kind: 'ConfigMap', name, uid: body.metadata.uid, blockOwnerDeletion: true },
      ];
      await api.post(path('configmaps'), configMap(`${name}-child`, {}, { ownerReferences }));
    };
    const child = async (name: string) => (await api.get(path('configmaps', `${name}-child`))).status;
    await owner('o');
    await done('delete configmap o --cascade=orphan');
    assert.equal(await child('o'), 200);
    await owner('f');
    await done('delete configmap f --cascade=foreground --wait');
    assert.equal(await child('f'), 404);
    await owner('b');
    await done('delete configmap b');
    await until(
      'child',
      () => api.get(path('configmaps', 'b-child')),
      ({ status }) => status === 404,
    );
  });

  test('diff, explain and api-resources', { skip }, async () => {
    await api.post(path('configmaps'), configMap('d', { x: '1' }));
    const { code, out } = await kubectl.run('diff -f -', configMap('d', { x: '2' }));
    assert.equal(code, 1, out);
    assert.match(out, /-  x: "1"\n\+  x: "2"/);
    assert.match(
      await done('explain deployment.spec.replicas'),
      /FIELD: replicas <integer>[\s\S]*Number of desired pods/,
    );
    assert.match(await done('explain pod'), /containers|spec/);
    assert.match(await done('api-resources'), /deployments +deploy +apps\/v1 +true +Deployment/);
  });

  test('definitions come and go, and their objects with them', { skip }, async () => {
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'hats.kubectl.example.com' },
      spec: {
        group: 'kubectl.example.com',
        scope: 'Namespaced',
        names: { plural: 'hats', singular: 'hat', kind: 'Hat' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: { type: 'object', description: 'How it sits.', properties: { size: { type: 'integer' } } },
                },
              },
            },
            additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          },
        ],
      },
    };
    await done('apply -f -', crd);
    await done('wait crd/hats.kubectl.example.com --for=condition=Established --timeout=10s');
    await done('apply -f -', {
      apiVersion: 'kubectl.example.com/v1',
      kind: 'Hat',
      metadata: { name: 'top' },
      spec: { size: 7 },
    });
    assert.match(withUnset(await done('get hats')), /NAME SIZE\ntop 7/);
    assert.match(await done('describe hat top'), /Size: +7/);
    assert.match(await done('explain hat.spec'), /How it sits\.[\s\S]*size/);
    assert.match(
      (
        await kubectl.run('apply -f -', {
          apiVersion: 'kubectl.example.com/v1',
          kind: 'Hat',
          metadata: { name: 'bad' },
          spec: { size: 'x' },
        })
      ).err,
      /spec\.size/,
    );
    await done('delete crd hats.kubectl.example.com');
    assert.notEqual((await kubectl.run('get hats')).code, 0);
  });

  test('logs and exec go to the kubelet, and the exit code comes back', { skip }, async () => {
    await api.post(path('pods'), pod('run', { nodeName: 'n' }));
    assert.match(await done('logs run'), /log of \/api\/v1\/namespaces\/default\/pods\/run\/log\?container=main/);
    const ok = await kubectl.run('exec run -- echo 0');
    assert.deepEqual([ok.code, ok.out], [0, 'echo 0\n']);
    assert.equal((await kubectl.run('exec run -- exit 7')).code, 7);
  });

  test('create namespace works from JSON; its protobuf is refused with what to do instead', { skip }, async () => {
    const { code, err } = await kubectl.run('create namespace direct');
    if (code !== 0) assert.match(err, /no protobuf: send JSON, for instance with kubectl apply -f/);
    const made = await kubectl.run('create namespace piped --dry-run=client -o json');
    assert.match(await done('apply -f -', JSON.parse(made.out)), /namespace\/piped created/);
    await done('delete namespace piped --wait');
    assert.equal((await api.get('/api/v1/namespaces/piped')).status, 404);
  });
});
