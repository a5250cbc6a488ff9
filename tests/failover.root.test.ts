/** A cluster that goes silent under load: what it costs, who notices, and that it is the kernel's doing. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEPLOYMENTS } from '#api/index.ts';
import { call, demonstration, eventually, tryCall, URL_CALLED } from './island-set.ts';

const set = await demonstration(`sltf${process.pid % 10_000}`);

const HTTPBIN = { namespace: 'httpbin', name: 'httpbin' };

/** Pods of cluster-1 that answer a few calls, all of which must be answered. */
async function answering(calls = 60): Promise<string[]> {
  const { pods } = await call(set, calls);
  return Object.keys(pods).filter((pod) => pod.startsWith('cluster-1/'));
}

test('a pod that goes silent behind a gateway costs no call, and is met again when it speaks', async () => {
  await set.client('hub').patch(DEPLOYMENTS, HTTPBIN, { spec: { replicas: 4 } });
  const [silent = ''] = await eventually('two pods of cluster-1 to answer', async () => {
    const pods = await answering();
    return pods.length === 2 ? pods : undefined;
  });
  const pod = `httpbin/${silent.split('/')[1]}`;
  const inPod = (...command: string[]) => set.sandbox('exec', 'cluster-1', pod, '--', ...command);
  await inPod(
    '/usr/sbin/nft',
    'add table inet silence; add chain inet silence in { type filter hook input priority 0; policy drop; }',
  );
  const others = await answering(200);
  assert.equal(others.length, 1);
  assert.notDeepEqual(others, [silent]);
  await inPod('/usr/sbin/nft', 'delete table inet silence');
  await eventually('the pod to be met again', async () => (await answering()).length === 2 || undefined);
});

/** Calls until all of one batch are answered. @returns how many were not, of all */
async function failedUntilQuiet(): Promise<number> {
  let failed = 0;
  await eventually('a batch without a failure', async () => {
    const answers = await tryCall(set, 40, URL_CALLED, '--timeout', '3000');
    failed += answers.failed;
    return answers.failed === 0 || undefined;
  });
  return failed;
}

test('a cluster that is cut off is left out by the kernel after a few calls, and comes back by itself', async () => {
  await set.sandbox('fault', 'cut', 'cluster-1');
  const failed = await failedUntilQuiet();
  assert.ok(failed > 0 && failed <= 40, `${failed} calls failed`);
  assert.deepEqual(Object.keys((await call(set, 40)).clusters), ['cluster-3']);
  const pod = `curl/${await set.pod('cluster-2', 'curl', 'curl')}`;
  const traced = await set.sealane('trace', 'cluster-2', pod, 'httpbin.httpbin:8080', '--name', set.name);
  assert.match(traced.stdout, /\(ejected, [\d.]+ s to go\)[^]*verdict +goes to cluster-3 /);
  await set.sandbox('fault', 'heal', 'all');
  await eventually('both clusters to answer again', async () => {
    const { clusters } = await call(set, 40);
    return Object.keys(clusters).length === 2 || undefined;
  });
  await call(set, 100);
});

test('where a policy ejects nobody, calls into a cluster that is cut off go on failing', async () => {
  const policy = join(import.meta.dirname, 'nobody-is-ejected.yaml');
  await set.sandbox('apply', '-f', policy, '--context', 'cluster-2');
  await set.sandbox('fault', 'cut', 'cluster-1');
  await eventually('the policy to be in the kernel', async () => {
    const batches = [1, 2, 3].map(() => tryCall(set, 24, URL_CALLED, '--timeout', '1000', '--concurrency', '24'));
    return (await Promise.all(batches)).every(({ failed }) => failed > 3) || undefined;
  });
  await set.sandbox('fault', 'heal', 'all');
});
