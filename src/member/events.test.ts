/** What a person is told of by Kubernetes Events, as `kubectl describe` shows it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { CLUSTER_EXPORTS, EVENTS, GLOBAL_TRAFFIC_POLICIES, type GlobalTrafficPolicy, NODES } from '#api/index.ts';
import { silentLog, systemClock } from '#kit/index.ts';
import { createTeller } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';
import {
  clusterSet,
  eventually,
  exportWeb,
  importOf,
  mirrorOf,
  type TestMember,
  testMember,
} from './test-cluster-set.ts';

/** A minute passes at once. */
const HASTY = {
  ...systemClock,
  after: ((ms, run, options) => systemClock.after(ms === 60_000 ? 20 : ms, run, options)) as typeof systemClock.after,
};

interface ToldEvent extends KubeObject {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

const told = async ({ client }: TestMember) => {
  const events = await client.list<ToldEvent>(EVENTS);
  return events.map(({ reason, involvedObject: { kind, name } }) => `${kind}/${name} ${reason}`);
};
const untilTold = (member: TestMember, what: string) =>
  eventually(
    what,
    () => told(member),
    (all) => all.includes(what),
  );

/** kubectl as an admin of the member. @returns what it prints */
function kubectl(t: TestContext, { server }: TestMember): (...args: string[]) => Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'sealane-events-'));
  t.after(() => rmSync(home, { recursive: true }));
  const { server: url, ca = '', cert = '', key = '' } = server.access;
  const [authority, certificate, secret] = [ca, cert, key].map((text) => Buffer.from(text).toString('base64'));
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: 'x', user: { 'client-certificate-data': certificate, 'client-key-data': secret } }],
  };
  writeFileSync(join(home, 'config'), JSON.stringify(config));
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: join(home, 'config') };
  return async (...args) => (await promisify(execFile)('kubectl', args, { env })).stdout;
}

test('a conflict of exports and a policy that means nobody are told, and that it is over', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  const [a, b] = [set.member('a'), set.member('b')];
  await exportWeb(a, { ports: [{ name: 'http', protocol: 'TCP', port: 80 }] });
  await eventually(
    'the older export',
    () => importOf(b),
    (one) => one !== undefined,
  );
  await exportWeb(b, { ports: [{ name: 'http', protocol: 'TCP', port: 81 }] });
  await untilTold(b, 'ServiceExport/web PortConflict');
  const metadata = { namespace: 'demo', name: 'web' };
  const spec: GlobalTrafficPolicy['spec'] = { lbType: 'FailOver', targets: [{ clusterKey: 'nobody/at/all/there' }] };
  const policy = { apiVersion: 'sealane.dev/v1alpha1', kind: 'GlobalTrafficPolicy' as const, metadata, spec };
  await b.client.create<GlobalTrafficPolicy>(GLOBAL_TRAFFIC_POLICIES, policy);
  const all = await eventually(
    'policy',
    () => told(b),
    (seen) => seen.some((one) => one.startsWith('GlobalTrafficPolicy/web')),
  );
  const run = kubectl(t, b);
  assert.match(
    await run('describe', 'serviceexport', '-n', 'demo', 'web'),
    /Warning\s+PortConflict\s.*sealane-member\s+.*a \(/,
  );
  assert.match(
    await run('describe', 'globaltrafficpolicy', '-n', 'demo', 'web'),
    /Warning\s+\w+\s.*sealane-member.*nobody/,
  );
  assert.ok(all.length <= 4, `${all.join(', ')}: no more than there is to tell`);
  const targets = [{ clusterKey: 'eu/a/default/a' }];
  await b.client.patch(GLOBAL_TRAFFIC_POLICIES, metadata, { spec: { targets } });
  await untilTold(b, 'GlobalTrafficPolicy/web Resolved');
});

test('a hub that is away for long and comes back is told of once each', async (t) => {
  const set = await clusterSet(t, ['a']);
  const a = set.member('a');
  await a.stop();
  a.start({ clock: HASTY });
  await eventually(
    'mirror',
    () => mirrorOf(a, 'a'),
    (one) => one !== undefined,
  );
  await set.hubServer.close();
  await untilTold(a, 'MemberCluster/a HubUnreachable');
  await set.hubServer.restart();
  const all = await untilTold(a, 'MemberCluster/a HubReachable');
  assert.equal(all.length, 2, all.join(', '));
  assert.match(
    await kubectl(t, a)('describe', 'membercluster', 'a'),
    /Warning\s+HubUnreachable[^\n]*\n\s+Normal\s+HubReachable/,
  );
});

test('that another cluster publishes under the own name is told, once', async (t) => {
  const set = await clusterSet(t, ['a']);
  await exportWeb(set.member('a'));
  await eventually(
    'on the hub',
    () => set.hub.list(CLUSTER_EXPORTS),
    (all) => all.length === 1,
  );
  const impostor = await testMember('a', set.hubServer);
  t.after(async () => {
    await impostor.stop();
    impostor.client.close();
    await impostor.server.close();
  });
  impostor.start();
  assert.equal((await untilTold(impostor, 'MemberCluster/a NameTaken')).length, 1);
});

test('what is told of a node is below the node', async (t) => {
  const set = await clusterSet(t, ['a']);
  const a = set.member('a');
  await a.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  const teller = createTeller({
    client: a.client,
    component: 'sealane-agent',
    instance: 'n1',
    clock: systemClock,
    log: silentLog,
  });
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'n1' } };
  teller.tell(node, { type: 'Warning', reason: 'TableFillsUp', message: 'kernel table vips is 81 % full' });
  await teller.idle();
  assert.match(
    await kubectl(t, a)('describe', 'node', 'n1'),
    /Warning\s+TableFillsUp\s.*sealane-agent.*vips is 81 % full/,
  );
});
