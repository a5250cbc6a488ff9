/** Islands with both address families. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answers, bringUp, call, eventually } from './island-set.ts';

const WEB = 'http://web.shop.svc.clusterset.local/';
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
