/** Islands with both address families. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { MEMBER_CLUSTERS, type MemberCluster } from '#api/index.ts';
import { bundlePath } from '#cli/index.ts';
import type { CheckResult } from '#explain/index.ts';
import { capture, run } from '#host/index.ts';
import { type Answers, bringUp, call, eventually, tryCall } from './island-set.ts';

const WEB = 'http://web.shop.svc.clusterset.local/';
const ECHO = 'udp://web.shop.svc.clusterset.local:5353';
const clustersOf = ({ clusters }: Answers) => Object.keys(clusters).toSorted();

const set = await bringUp(`sltd${process.pid % 10_000}`, {
  topology: 'dual-stack',
  manifests: 'examples/dual-stack',
  caller: ['cluster-2', 'shop', 'store'],
});

for (const family of ['4', '6']) {
  test(`a service of other islands answers over IPv${family}, from both`, async () => {
    const answers = await eventually('both clusters', async () => {
      const found = await call(set, 40, WEB, '--family', family).catch(() => undefined);
      return found && found.failed === 0 && clustersOf(found).length === 2 ? found : undefined;
    });
    assert.deepEqual(clustersOf(answers), ['cluster-1', 'cluster-3']);
  });

  test(`datagrams over IPv${family} are answered by both, each by the address that it was sent to`, async () => {
    const answers = await call(set, 40, ECHO, '--family', family);
    assert.deepEqual([answers.failed, clustersOf(answers)], [0, ['cluster-1', 'cluster-3']]);
  });

  test(`its own Service answers over IPv${family} at home`, async () => {
    assert.deepEqual(clustersOf(await call(set, 10, 'http://web.shop/', '--family', family)), ['cluster-2']);
  });

  test(`a pod of another island is called by its name over IPv${family}`, async () => {
    const url = 'http://store-0.cluster-3.store.shop.svc.clusterset.local:8080/';
    const answers = await eventually('store-0 of cluster-3', () =>
      call(set, 5, url, '--family', family).catch(() => undefined),
    );
    assert.deepEqual([clustersOf(answers), answers.failed], [['cluster-3'], 0]);
  });
}

test('a socket of IPv6 reaches the VIP of IPv4 by its mapped address', async () => {
  const { records } = JSON.parse(
    await set.inCaller('pod-tool', 'lookup', 'web.shop.svc.clusterset.local', '--type', 'A'),
  ) as { records: string[] };
  const answer = await set.inCaller('curl', '-s', '-m', '5', `http://[::ffff:${records[0]}]/`);
  assert.match(answer, /cluster=cluster-[13] /);
});

/** From now on cluster-2 reaches a cluster at this address alone. */
async function reachAt(cluster: string, address: string | null): Promise<void> {
  await set
    .client('hub')
    .patch(MEMBER_CLUSTERS, { name: cluster }, { spec: { addressOverrides: { 'cluster-2': address } } });
}

/** Who answers over a family, and what fails. */
async function answered(url: string, family: string) {
  const answers = await tryCall(set, 40, url, '--family', family);
  return { clusters: clustersOf(answers), failures: Object.keys(answers.failures) };
}

test('a cluster whose gateways have no IPv6 address any more is left out over IPv6 alone; with none left, calls are refused at once', async (t) => {
  t.after(() => Promise.all(['cluster-1', 'cluster-3'].map((cluster) => reachAt(cluster, null))));
  const steps = [
    ['cluster-3', { clusters: ['cluster-1'], failures: [] }],
    ['cluster-1', { clusters: [], failures: ['ECONNREFUSED'] }],
  ] as const;
  for (const [cluster, overSix] of steps) {
    const { status } = await set.client('hub').get<MemberCluster>(MEMBER_CLUSTERS, { name: cluster });
    await reachAt(cluster, status?.gateways?.[0]?.address ?? '');
    for (const url of [WEB, ECHO]) {
      await eventually(
        `${url} without IPv6 of ${cluster}`,
        async () => isDeepStrictEqual(await answered(url, '6'), overSix) || undefined,
      );
      assert.deepEqual(await answered(url, '4'), { clusters: ['cluster-1', 'cluster-3'], failures: [] });
    }
  }
});

test('checks find nothing to fail on a node, until a route leads into its VIPs of IPv6', async () => {
  const namespace = `${set.name}-cluster-2-node-1`;
  const kubeconfig = `/run/sealane/${set.name}/kubeconfig`;
  const check = ['check', '--kubeconfig', kubeconfig, '--context', 'cluster-2', '--gateway-device', 'wan0'];
  const failed = async () => {
    const where = [`--net=/run/netns/${namespace}`, process.execPath, bundlePath('sealane')];
    const { stdout } = await capture('nsenter', [...where, ...check, '--output', 'json'], { timeoutMs: 30_000 });
    return (JSON.parse(stdout) as CheckResult[]).flatMap(({ name, result, message }) =>
      result === 'fail' ? `${name}: ${message}` : [],
    );
  };
  assert.deepEqual(await failed(), []);
  await run('ip', ['-n', namespace, 'route', 'add', 'fd00:240:10::8/128', 'dev', 'lan0']);
  assert.deepEqual(await failed(), ['vip-range: fd00:240:10::/112 meets fd00:240:10::8/128 (a route by lan0)']);
});
