/** The main path from end to end, and what can be seen of it from outside. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ip } from '#kit/index.ts';
import { openTable, tables } from '#kernel/index.ts';
import { listNamespaces } from '#host/index.ts';
import { declaredOf, METRICS, type MetricName, type ProcessName } from '#observe/index.ts';
import { parse, valueIn } from '../src/observe/test-parse.ts';
import { demonstration, call, eventually } from './island-set.ts';
import { scrape } from './scrape.ts';
import { watchWan } from './watch-wan.ts';

const set = await demonstration(`sltc${process.pid % 10_000}`);

test('the ordinary name and the clusterset name are answered by both clusters', async () => {
  const { clusters, failed } = await call(set, 100);
  assert.equal(failed, 0);
  assert.deepEqual(Object.keys(clusters).toSorted(), ['cluster-1', 'cluster-3']);
  const answer = await set.inCaller('curl', '-s', '-m', '5', 'http://httpbin.httpbin.svc.clusterset.local:8080/');
  assert.match(answer, /cluster=cluster-[13] /);
});

test('no packet on the WAN names a pod, while the answering pod’s address also exists in the caller’s cluster', async () => {
  const counted = await watchWan(set.name, { family: 'ip', pods: '10.244.0.0/16', lanes: '172.30.0.0/16' });
  const { clusters } = await call(set, 200);
  assert.equal(
    Object.values(clusters).reduce((sum, n) => sum + n, 0),
    200,
  );
  const { pods, lanes } = await counted();
  assert.equal(pods, 0);
  assert.ok(lanes > 400, `${lanes} packets crossed the WAN`);
});

test('an entry of the kernel that somebody changed shows as a difference, the agent stopped or not', async () => {
  const pod = `curl/${await set.pod('cluster-2', 'curl', 'curl')}`;
  const ask = () =>
    set.sealane('trace', 'cluster-2', pod, 'httpbin.httpbin:8080', '--name', set.name, '--output', 'json');
  const report = async () => JSON.parse((await ask()).stdout) as { differences: { path: string }[]; address: string };
  const { differences, address } = await report();
  assert.deepEqual(differences, []);
  for (const node of ['node-1', 'node-2']) {
    await set.sandbox('fault', 'stop', `agent/cluster-2/${node}`);
    const vips = openTable(`/sys/fs/bpf/sealane/${set.name}/cluster-2-${node}`, tables.vips, 'write');
    assert.ok(vips.delete({ addr: ip(address), port: 8080, proto: 6 }));
    vips.raw.close();
  }
  assert.notDeepEqual((await report()).differences, []);
  assert.equal((await ask()).code, 1);
  await set.sandbox('fault', 'heal', 'all');
  await eventually('the agents to put it right', async () =>
    (await report()).differences.length === 0 ? true : undefined,
  );
});

test('everything of a member settles, and what its agents put into the kernel is shown in its place', async () => {
  const access = ['--kubeconfig', `/run/sealane/${set.name}/kubeconfig`, '--context', 'cluster-2'];
  const { code, stdout } = await set.sealane('status', ...access, '--wait', '--output', 'json');
  assert.equal(code, 0, stdout);
  const { lines } = (JSON.parse(stdout) as Record<string, { lines: { kind: string }[] }>)['cluster-2'] ?? { lines: [] };
  assert.deepEqual(
    [...new Set(lines.map(({ kind }) => kind))],
    ['MemberCluster', 'ServiceExport', 'ServiceImport', 'GlobalTrafficPolicy'],
  );

  const shown = await set.sealane('bpf', '--name', `${set.name}/cluster-2-`, '--output', 'json');
  const { agents } = JSON.parse(shown.stdout) as { agents: { node: string; hooks: { at: string; hook: string }[] }[] };
  assert.deepEqual(agents.map(({ node }) => node).toSorted(), ['node-1', 'node-2']);
  for (const { node, hooks } of agents) {
    const at = hooks.find(({ hook }) => hook === 'connect4')?.at ?? '';
    assert.ok(at.endsWith(`/cluster-2/${node}/pods`), at);
    assert.ok(hooks.some((one) => one.at === `wan0@${set.name}-cluster-2-${node}` && one.hook.endsWith(' ingress')));
  }
});

const CALLED = { namespace: 'httpbin', service: 'httpbin', source_cluster: 'cluster-2' } as const;
const CALLING_NODES = ['cluster-2-node-1', 'cluster-2-node-2'] as const;
/** Ports of translated sources are counted by lane, where lanes come in. */
const SERVING_NODES = ['cluster-1-node-1', 'cluster-1-node-2'] as const;

/** Over the nodes of the calling cluster. */
async function counted(name: MetricName, labels: Readonly<Record<string, string>>): Promise<number> {
  const texts = await Promise.all(CALLING_NODES.map((node) => scrape(`${set.name}-${node}`, 'agent')));
  return texts.reduce((sum, text) => sum + (valueIn(text, name, labels) ?? 0), 0);
}

function servedBy(cluster: string, name: MetricName = 'sealane_service_attempts_total'): Promise<number> {
  return counted(name, { ...CALLED, destination_cluster: cluster });
}

test('each call raises the count of the cluster that answered it by one, and a refused one that of its reason', async () => {
  const read = async () => ({
    'cluster-1': await servedBy('cluster-1'),
    'cluster-3': await servedBy('cluster-3'),
    established: await servedBy('cluster-1', 'sealane_service_connections_established_total'),
    refused: await counted('sealane_refusals_total', { reason: 'UnknownPort' }),
  });
  const before = await read();
  const { clusters } = await call(set, 100);
  await assert.rejects(call(set, 3, 'http://httpbin.httpbin:8081/'), /"ECONNREFUSED":3/);
  const after = await read();
  assert.deepEqual(Object.keys(clusters).toSorted(), ['cluster-1', 'cluster-3']);
  assert.equal(after['cluster-1'] - before['cluster-1'], clusters['cluster-1']);
  assert.equal(after['cluster-3'] - before['cluster-3'], clusters['cluster-3']);
  assert.equal(after.established - before.established, clusters['cluster-1']);
  assert.equal(after.refused - before.refused, 3);
});

test('calls while the agents are away are counted when they are back', async () => {
  const before = (await servedBy('cluster-1')) + (await servedBy('cluster-3'));
  const agents = ['node-1', 'node-2'].map((node) => `agent/cluster-2/${node}`);
  for (const agent of agents) await set.sandbox('fault', 'stop', agent);
  const { failed } = await call(set, 50);
  assert.equal(failed, 0);
  await set.sandbox('fault', 'heal', 'all');
  const now = await eventually('the agents to be in step', async () => {
    const inStep = await counted('sealane_agent_in_step', {}).catch(() => 0);
    return inStep === agents.length ? (await servedBy('cluster-1')) + (await servedBy('cluster-3')) : undefined;
  });
  assert.equal(now - before, 50);
});

test('every metric that is declared for a process is exported by it, and no series names a pod or an address', async () => {
  const processes: readonly (readonly [ProcessName, readonly string[]])[] = [
    ['agent', [...CALLING_NODES, ...SERVING_NODES]],
    ['resolver', CALLING_NODES],
    ['prober', SERVING_NODES],
    ['member', ['cluster-2']],
    ['hub', ['hub']],
  ];
  const pod = await set.pod('cluster-2', 'curl', 'curl');
  for (const [process, places] of processes) {
    const texts = await Promise.all(places.map((place) => scrape(`${set.name}-${place}`, process)));
    const found = new Set(texts.flatMap((text) => parse(text).map(({ name }) => name)));
    const declared = (Object.keys(METRICS) as MetricName[]).filter((name) => declaredOf(name).by.includes(process));
    assert.deepEqual([...found].toSorted(), declared.toSorted(), process);
    for (const text of texts) assert.ok(!text.includes(pod) && !/="[^"]*\d+\.\d+\.\d+\.\d+/.test(text), process);
    assert.deepEqual(
      texts.map((text) => valueIn(text, 'sealane_scrape_faults_total')),
      places.map(() => 0),
    );
  }
});

test('a resolver that dies costs nobody their DNS', async () => {
  const before = await call(set, 20);
  assert.equal(before.failed, 0);
  const state = `/run/sealane/${set.name}`;
  const files = globSync(`${state}/**/resolver.json`);
  assert.equal(files.length, 6);
  for (const file of files) process.kill((JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid, 'SIGKILL');
  const local = await set
    .inCaller('pod-tool', 'call', 'http://curl.curl.svc.cluster.local/', '--count', '1', '--output', 'json')
    .catch((error: Error) => error.message);
  assert.doesNotMatch(local, /ENOTFOUND|EAI_AGAIN/, 'the cluster’s own DNS answers meanwhile');
  await eventually('resolvers to be back', async () => {
    const { failed } = await call(set, 20).catch(() => ({ failed: 20 }));
    return failed === 0 || undefined;
  });
});

test('taking it down leaves no namespace behind', async () => {
  await set.sandbox('down');
  const left = listNamespaces().filter((namespace) => namespace.startsWith(`${set.name}-`));
  assert.deepEqual(left, []);
});
