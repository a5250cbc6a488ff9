/**
 * A cluster that goes silent under load: what it costs and who notices. What the kernel does by itself is looked at while nobody
 * probes, as on a node whose API server is away; then the probes, with which nobody has to call first.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEPLOYMENTS } from '#api/index.ts';
import { applyFault } from '#sandbox/faults/index.ts';
import { call, demonstration, eventually, tryCall, URL_CALLED } from './island-set.ts';
import { namespaces } from '#sandbox/topology/index.ts';
import { distanceOf, downBits, ejectionsOf, flowsOf, NODES, signalProbers } from './probing.ts';
import { scrape } from './scrape.ts';

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

const kubeconfig = `/run/sealane/${set.name}/kubeconfig`;

async function traced() {
  const pod = `curl/${await set.pod('cluster-2', 'curl', 'curl')}`;
  return set.sealane('trace', 'cluster-2', pod, 'httpbin.httpbin:8080', '--name', set.name);
}

/** Whether the kernel has one gateway of cluster-1 only. @param text of a trace */
function leftOutOf(text: string): boolean {
  const line = /^.* cluster-1 .*%.*$/m.exec(text)?.[0] ?? '';
  return (line.match(/\d:\d+/g) ?? []).length === 1;
}

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

/** Nobody probes from that cluster meanwhile. */
async function unprobed(cluster: string, work: () => Promise<void>): Promise<void> {
  signalProbers(set.name, cluster, 'SIGSTOP');
  try {
    await work();
  } finally {
    await set.sandbox('fault', 'heal', 'all');
    signalProbers(set.name, cluster, 'SIGCONT');
  }
}

test('a cluster that is cut off is left out by the kernel after a few calls, and comes back by itself', () =>
  unprobed('cluster-2', async () => {
    await set.sandbox('fault', 'cut', 'cluster-1');
    const failed = await failedUntilQuiet();
    assert.ok(failed > 0 && failed <= 40, `${failed} calls failed`);
    const answers = await tryCall(set, 40, URL_CALLED, '--timeout', '3000');
    assert.deepEqual(Object.keys(answers.clusters), ['cluster-3']);
    assert.ok(answers.failed <= NODES.length, 'a trial of each gateway, when its ejection is over');
    await eventually('the ejections to be seen, if need be by another trial', async () => {
      const seen = /\(ejected, [\d.]+ s to go\)[^]*verdict +goes to cluster-3 /.test((await traced()).stdout);
      if (!seen) await tryCall(set, 20, URL_CALLED, '--timeout', '3000');
      return seen || undefined;
    });
    await set.sandbox('fault', 'heal', 'all');
    await eventually('both clusters to answer again', async () => {
      const { clusters } = await call(set, 40);
      return Object.keys(clusters).length === 2 || undefined;
    });
    await call(set, 100);
  }));

test('both gateways of a cluster carry calls at once, and one that is cut off is left out before it is called', async () => {
  const before = NODES.map((node) => flowsOf(set.name, 'cluster-1', node));
  await eventually('flows through both', async () => {
    await call(set, 40);
    return NODES.every((node, i) => flowsOf(set.name, 'cluster-1', node) > (before[i] ?? 0)) || undefined;
  });
  await set.sandbox('fault', 'cut', 'cluster-1/node-1');
  await eventually('it to be left out', async () => leftOutOf((await traced()).stdout) || undefined);
  assert.deepEqual(downBits(set.name, 'cluster-1'), [], 'the other gateway serves');
  const { clusters } = await call(set, 60);
  assert.deepEqual(Object.keys(clusters).toSorted(), ['cluster-1', 'cluster-3']);
  await set.sandbox('fault', 'heal', 'all');
  await eventually('it to be called again', async () => (leftOutOf((await traced()).stdout) ? undefined : true));
});

test('a cluster that is cut off is down on every node within a second or so, called by nobody, shown, and comes back', async (t) => {
  await applyFault(set.name, 'cut', 'cluster-1');
  const cut = performance.now();
  const others = ['cluster-2', 'cluster-3'].flatMap((cluster) => NODES.map((node) => `${cluster}/${node}`));
  await eventually('the bit on every node of the others', async () => {
    const nodes = downBits(set.name, 'cluster-1');
    return others.every((node) => nodes.includes(node)) || undefined;
  });
  const took = performance.now() - cut;
  t.diagnostic(`down on ${others.length} nodes after ${Math.round(took)} ms`);
  assert.ok(took < 3000, `${took} ms`);
  assert.deepEqual(Object.keys((await call(set, 40)).clusters), ['cluster-3']);
  assert.match((await traced()).stdout, /cluster-1 \(does not answer probes\)[^]*verdict +goes to cluster-3 /);
  await eventually('the condition', async () => {
    const { stdout } = await set.sealane('status', '--kubeconfig', kubeconfig, '--context', 'cluster-2');
    return /Reachable is False, NoGatewayAnswers: probes are not answered by/.test(stdout) || undefined;
  });
  for (const [cluster, peer] of [
    ['cluster-1', 'cluster-2'],
    ['cluster-1', 'cluster-3'],
  ] as const)
    assert.ok(
      !downBits(set.name, peer).some((node) => node.startsWith(cluster)),
      'who loses everybody suspects itself',
    );
  await applyFault(set.name, 'heal', 'all');
  const healed = performance.now();
  await eventually('no bit anywhere', async () => downBits(set.name, 'cluster-1').length === 0 || undefined);
  t.diagnostic(`up again after ${Math.round(performance.now() - healed)} ms`);
  await eventually(
    'both clusters to answer again',
    async () => Object.keys((await call(set, 40)).clusters).length === 2 || undefined,
  );
});

test('probes are answered by the kernel: with everything of a gateway dead above it, it stays up', async () => {
  await set.sandbox('fault', 'stop', 'agent/cluster-1');
  signalProbers(set.name, 'cluster-1', 'SIGKILL');
  const sent = async () => {
    const text = await scrape(namespaces.node(set.name, 'cluster-2', 'node-1'), 'prober');
    const value = (name: string) =>
      Number(new RegExp(`^${name}\\{cluster="cluster-1",gateway="node-1".*\\} (\\d+)$`, 'm').exec(text)?.[1]);
    return {
      probes: value('sealane_probes_total'),
      misses: value('sealane_probe_misses_total'),
      up: value('sealane_peer_gateway_up'),
    };
  };
  const before = await sent();
  const after = await eventually('twenty more probes', async () => {
    const now = await sent();
    return now.probes >= before.probes + 20 ? now : undefined;
  });
  assert.deepEqual([after.up, downBits(set.name, 'cluster-1')], [1, []]);
  assert.ok(after.misses - before.misses <= 3, `${after.misses - before.misses} misses`);
  await call(set, 20);
  await set.sandbox('fault', 'heal', 'all');
});

/** SYNs that the caller sent once more. */
async function repeated(): Promise<number> {
  const [names = '', values = ''] = (await set.inCaller('cat', '/proc/net/netstat')).split('\n');
  return Number(values.split(' ')[names.split(' ').indexOf('TCPSynRetrans')]);
}

test('a cluster that gets further away is waited for longer: its answers are late, and it is ejected by nobody', async (t) => {
  const ejected = ejectionsOf(set.name, 'cluster-2');
  for (const byMs of [60, 110]) {
    await applyFault(set.name, 'delay', 'cluster-1', { byMs });
    await eventually(`the kernel to know that it is ${2 * byMs} ms away`, async () => {
      await call(set, 40);
      return distanceOf(set.name, 'cluster-2', 'cluster-1') > 1.8 * byMs || undefined;
    });
  }
  const before = await repeated();
  const { clusters } = await call(set, 80);
  const late = clusters['cluster-1'] ?? 0;
  const again = (await repeated()) - before;
  t.diagnostic(`${again} SYNs sent once more of ${late} that were answered after 220 ms and more`);
  assert.ok(late > 20 && again < late / 4, `${again} of ${late}`);
  assert.equal(ejectionsOf(set.name, 'cluster-2'), ejected);
  await set.sandbox('fault', 'heal', 'all');
});

test('where a policy ejects nobody, calls into a cluster that is cut off go on failing', () =>
  unprobed('cluster-2', async () => {
    const policy = join(import.meta.dirname, 'nobody-is-ejected.yaml');
    await set.sandbox('apply', '-f', policy, '--context', 'cluster-2');
    await set.sandbox('fault', 'cut', 'cluster-1');
    await eventually('the policy to be in the kernel', async () => {
      const batches = [1, 2, 3].map(() => tryCall(set, 24, URL_CALLED, '--timeout', '1000', '--concurrency', '24'));
      return (await Promise.all(batches)).every(({ failed }) => failed > 3) || undefined;
    });
    await set.sandbox('fault', 'heal', 'all');
  }));
