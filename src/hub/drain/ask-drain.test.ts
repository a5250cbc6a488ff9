import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { CLUSTER_EXPORTS, type ClusterExport, MEMBER_CLUSTERS, type MemberCluster } from '#api/index.ts';
import { systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { startTestServer } from '../../member/test-api-server.ts';
import { memberCluster, namespaces } from '../../member/test-cluster-set.ts';
import { askDrain, type DrainRequest } from './ask-drain.ts';
import { followDrain } from './follow-drain.ts';

/** A hub with east and west, which serve shop/cart, and east alone shop/web. */
async function hubOf(t: TestContext) {
  const server = await startTestServer('hub');
  const hub = server.client();
  t.after(async () => {
    hub.close();
    await server.close();
  });
  await namespaces(hub, 'sealane-east', 'sealane-west');
  for (const name of ['east', 'west']) await hub.create(MEMBER_CLUSTERS, memberCluster(name, { transport: 'Plain' }));
  for (const [cluster, name] of [
    ['east', 'cart'],
    ['east', 'web'],
    ['west', 'cart'],
  ] as const)
    await hub.create(CLUSTER_EXPORTS, exported(cluster, name));
  const ask = (request: Partial<DrainRequest> = {}) =>
    askDrain(hub, { cluster: 'east', services: [], undo: false, force: false, ...request }, systemClock);
  return { hub, ask };
}

function exported(cluster: string, name: string): ClusterExport {
  return {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'ClusterExport',
    metadata: { namespace: `sealane-${cluster}`, name: `shop.${name}` },
    spec: {
      cluster,
      service: { namespace: 'shop', name },
      type: 'ClusterSetIP',
      ipFamilies: ['IPv4'],
      ports: [{ name: 'http', protocol: 'TCP', port: 80, ready: 1, total: 1 }],
    },
  };
}

async function specOf(hub: Client) {
  const { spec } = await hub.get<MemberCluster>(MEMBER_CLUSTERS, { name: 'east' });
  return [spec?.drain, spec?.drainServices, spec?.drainDeadline];
}

test('what is asked for is in the spec on the hub, and taken back', async (t) => {
  const { hub, ask } = await hubOf(t);
  const deadline = systemClock.now() + 60_000;
  await ask({ services: ['shop/cart'], deadline });
  assert.deepEqual(await specOf(hub), [false, ['shop/cart'], new Date(deadline).toISOString()]);
  await ask({ force: true });
  assert.deepEqual((await specOf(hub))[0], true);
  await ask({ undo: true });
  assert.deepEqual(await specOf(hub), [false, undefined, undefined]);
});

test('a drain that leaves a service with nobody is refused by its name, unless it is forced', async (t) => {
  const { hub, ask } = await hubOf(t);
  await assert.rejects(ask(), { code: 'hub/leaves-nobody', message: /nobody else serves shop\/web \(/ });
  await assert.rejects(ask({ services: ['shop/web'] }), { code: 'hub/leaves-nobody' });
  assert.deepEqual(await specOf(hub), [false, undefined, undefined]);
  await ask({ services: ['shop/web'], force: true });
  assert.deepEqual((await specOf(hub))[1], ['shop/web']);
});

test('nonsense is refused with what there is', async (t) => {
  const { hub, ask } = await hubOf(t);
  await assert.rejects(ask({ cluster: 'esat' }), { code: 'hub/no-such-member', message: /members: east, west/ });
  await assert.rejects(ask({ services: ['shop/crat'] }), {
    code: 'hub/no-such-export',
    message: /shop\/crat \(it exports shop\/cart, shop\/web\)/,
  });
  await assert.rejects(ask({ services: ['cart'] }), { code: 'hub/bad-service' });
  await assert.rejects(ask({ deadline: systemClock.now() - 1 }), { code: 'hub/bad-deadline' });
  assert.deepEqual(await specOf(hub), [false, undefined, undefined]);
});

test('the server refuses entries that are no services by their field, whoever writes them', async (t) => {
  const { hub } = await hubOf(t);
  for (const entry of ['cart', 'shop/cart/', 'Shop/cart', '/cart', `${'a'.repeat(64)}/cart`]) {
    const write = hub.patch(MEMBER_CLUSTERS, { name: 'east' }, { spec: { drainServices: ['shop/cart', entry] } });
    await assert.rejects(write, { code: 'kube/invalid', message: /drainServices\[1\].*such as shop\/cart/ }, entry);
  }
  const late = hub.patch(MEMBER_CLUSTERS, { name: 'east' }, { spec: { drainDeadline: 'tomorrow' } });
  await assert.rejects(late, { code: 'kube/invalid', message: /drainDeadline/ });
});

test('members that write their status meanwhile do not keep it from being asked for', async (t) => {
  const { hub } = await hubOf(t);
  let writes = 0;
  const busy: Client = {
    ...hub,
    async patch(type, ref, patch, options) {
      if (writes++ < 3) await hub.patch(type, ref, { status: { version: `${writes}` } }, { subresource: 'status' });
      return hub.patch(type, ref, patch, options);
    },
  };
  await askDrain(busy, { cluster: 'east', services: ['shop/cart'], undo: false, force: false }, systemClock);
  assert.equal(writes, 4);
});

test('a drain is followed until nothing is left, and until time is up', async (t) => {
  const { hub, ask } = await hubOf(t);
  const { metadata } = await ask({ services: ['shop/cart'] });
  const say = async (name: string, connections: number) => {
    const leftOver = [{ cluster: 'east', generation: metadata.generation, connections, nodes: 1, allNodes: 1 }];
    await hub.patch(MEMBER_CLUSTERS, { name }, { status: { leftOver } }, { subresource: 'status' });
  };
  const follow = async (until?: number) => {
    const clock = { ...systemClock, after: (_: number, run: () => void) => systemClock.after(5, run) };
    const phases: string[] = [];
    for await (const { phase, connections } of followDrain(hub, 'east', { clock, ...(until && { until }) })) {
      phases.push(`${phase} ${connections}`);
      if (phase === 'Spreading') await Promise.all([say('east', 0), say('west', 2)]);
      else if (until === undefined) await say('west', 0);
    }
    return phases;
  };
  assert.deepEqual(await follow(systemClock.now()), ['Spreading 0']);
  assert.deepEqual(await follow(), ['Emptying 2', 'Drained 0']);
  await ask({ undo: true });
  assert.deepEqual(await follow(), ['NotDraining 0']);
});
