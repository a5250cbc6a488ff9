/** Clusters that are drained under load: nobody's new call fails, kept connections are told right, and end when they have to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBER_CLUSTERS, type MemberCluster } from '#api/index.ts';
import { drainProgress } from '#explain/index.ts';
import { type Answers, call, demonstration, eventually, tryCall, URL_CALLED } from './island-set.ts';

const set = await demonstration(`sltd${process.pid % 10_000}`);
const hub = ['--kubeconfig', `/run/sealane/${set.name}/kubeconfig`, '--context', 'hub'];
const SERVICE = 'httpbin/httpbin';
const KEPT = 16;

const drain = (...args: string[]) => set.sealane('drain', ...args, ...hub);

async function mustDrain(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await drain(...args);
  assert.equal(code, 0, `drain ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** What a pod's kernel lists of a connection to port 8080 that is established and came by a lane: from ports 15000 to 29999. */
const ESTABLISHED = / [0-9A-F]{32}:1F90 [0-9A-F]{32}:[3-7][0-9A-F]{3} 01 /;

/** Connections that the server of a cluster has, as its own kernel tells it. */
async function established(cluster: string): Promise<number> {
  const pod = `httpbin/${await set.pod(cluster, 'httpbin', 'httpbin')}`;
  const lines = (await set.sandbox('exec', cluster, pod, '--', 'cat', '/proc/net/tcp6')).split('\n');
  return lines.filter((line) => ESTABLISHED.test(line)).length;
}

/** Calls come and go beside the kept ones: there is a moment without any. */
async function has(cluster: string, connections: number): Promise<void> {
  await eventually(`${connections} connections in ${cluster}`, async () => {
    return (await established(cluster)) === connections || undefined;
  });
}

async function progress(cluster: string) {
  return drainProgress(await set.client('hub').list<MemberCluster>(MEMBER_CLUSTERS), cluster);
}

const clustersOf = async (calls = 40) => Object.keys((await call(set, calls)).clusters).toSorted();

const kept = set.tryInCaller('pod-tool', 'keep', URL_CALLED, '--connections', String(KEPT), '--seconds', '600');
let opened = { one: 0, three: 0 };
let load: Promise<Answers>;

test('connections are kept in both clusters', async () => {
  opened = await eventually('all to be open', async () => {
    const [one, three] = [await established('cluster-1'), await established('cluster-3')];
    return one + three === KEPT ? { one, three } : undefined;
  });
  load = tryCall(set, 500, URL_CALLED, '--rate', '50');
});

test('one service of a cluster is drained: new calls go elsewhere, and what is left is told by service', async () => {
  await mustDrain('cluster-1', '--service', SERVICE, '--no-wait');
  const { connections, services, members } = await eventually('every node to be in step', async () => {
    const seen = await progress('cluster-1');
    return seen.phase === 'Emptying' && (await clustersOf()).length === 1 ? seen : undefined;
  });
  assert.deepEqual(await clustersOf(), ['cluster-3']);
  assert.equal(connections, opened.one);
  assert.deepEqual(services, [{ service: SERVICE, connections: opened.one }]);
  assert.deepEqual(members, [{ member: 'cluster-2', connections: opened.one }]);
  const waited = await drain('cluster-1', '--service', SERVICE, '--timeout', '1');
  assert.equal(waited.code, 5);
  assert.match(waited.stdout, new RegExp(`time is up; ${opened.one} connections left: ${SERVICE} ${opened.one}\n`));
  assert.match(waited.stdout, new RegExp(`cluster-2 +${opened.one}\n`));
  const status = await set.sealane('status', ...hub);
  assert.match(status.stdout, new RegExp(`draining ${SERVICE}: ${opened.one} connections left`));
  const traced = await set.sealane('trace', 'cluster-2', 'curl/curl', 'httpbin.httpbin:8080', '--name', set.name);
  assert.match(traced.stdout, /\ndrained +cluster-1: old connections end by themselves\n/);
});

test('taken back, the cluster has its share again, and kept connections were never touched', async () => {
  await mustDrain('cluster-1', '--undo');
  await eventually('both to answer', async () => (await clustersOf()).length === 2 || undefined);
  await has('cluster-1', opened.one);
  assert.equal((await progress('cluster-1')).phase, 'NotDraining');
});

test('at the deadline what is left is ended, there and nowhere else', async () => {
  const text = await mustDrain('cluster-1', '--deadline', '1s');
  assert.match(text, /cluster-1 is drained\n$/);
  assert.equal(await established('cluster-1'), 0);
  const refused = await drain('cluster-3', '--no-wait');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, new RegExp(`nobody else serves ${SERVICE} \\(--force`));
  await has('cluster-3', opened.three);
  await mustDrain('cluster-1', '--undo');
  await eventually('both to answer', async () => (await clustersOf()).length === 2 || undefined);
  await mustDrain('cluster-3', '--deadline', '1s');
  const { broken } = JSON.parse((await kept).stdout) as { readonly broken: readonly string[] };
  // Who writes at that moment is told by the write.
  const reasons = broken.map((reason) => reason.replace(/^write /, 'read '));
  assert.deepEqual(new Set(reasons), new Set(['read ECONNABORTED']));
  assert.equal(broken.length, KEPT);
});

test('of all the new calls meanwhile none has failed', async () => {
  const { count, failed, failures } = await load;
  assert.deepEqual([count, failed], [500, 0], JSON.stringify(failures));
});
