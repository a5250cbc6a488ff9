import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  MEMBER_CLUSTERS,
  type MemberCluster,
  SERVICE_EXPORTS,
} from '#api/index.ts';
import { type Clock, SealaneError, silentLog, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { runMember } from './main.ts';
import { clusterSet, eventually, exportWeb, remove } from './test-cluster-set.ts';

/** A lease of fifteen seconds runs out within one. */
const SPEED = 15;
const fast: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * SPEED,
  after: (ms, run, options) => systemClock.after(ms / SPEED, run, options),
};

const WRITES = ['create', 'update', 'patch', 'apply', 'delete'] as const;

/** Notes each write under a name as it is sent. */
function noting(client: Client, who: string, written: string[]): Client {
  const noted = WRITES.map((verb) => {
    const send = client[verb] as (...given: unknown[]) => Promise<unknown>;
    return [verb, (...given: unknown[]) => (written.push(who), send(...given))] as const;
  });
  return { ...client, ...Object.fromEntries(noted) };
}

/** No request gets through any more once it is cut: as in front of a server that is on the other side of a broken network. */
function cuttable(client: Client) {
  let isCut = false;
  const verbs = [...WRITES, 'get', 'find', 'list', 'json'] as const;
  const guarded = verbs.map((verb) => {
    const send = client[verb] as (...given: unknown[]) => Promise<unknown>;
    const guard = async (...given: unknown[]) => {
      if (isCut) throw new SealaneError('kube/unreachable', 'reach the server');
      return send(...given);
    };
    return [verb, guard] as const;
  });
  return { client: { ...client, ...Object.fromEntries(guarded) } as Client, cut: () => (isCut = true) };
}

test('a leader cut off from its own API server writes nothing to the hub once another leads', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  const [a, b] = [set.member('a'), set.member('b')];
  await a.stop();
  const written: string[] = [];
  const own = cuttable(a.server.client());
  const [hub1, hub2, client2] = [set.hubServer.client(), set.hubServer.client(), a.server.client()];
  const stop = new AbortController();
  const ended: Promise<void>[] = [];
  t.after(async () => {
    stop.abort();
    await Promise.all(ended);
    for (const one of [own.client, client2, hub1, hub2]) one.close();
  });
  const start = (identity: string, client: Client, hub: Client) => {
    const options = { cluster: 'a', identity, clock: fast, client, log: silentLog, signal: stop.signal };
    ended.push(runMember({ ...options, hub: noting(hub, identity, written) }));
  };
  start('first', own.client, hub1);
  await eventually('the first to write', async () => written.includes('first'), Boolean);
  // What it watches, it goes on seeing: the hub, and by kept connections its own server.
  own.cut();
  start('second', client2, hub2);
  await eventually('the second to write', async () => written.includes('second'), Boolean);
  const at = written.indexOf('second');
  // A change that every leader of `a` has to tell the hub that it saw.
  await exportWeb(b);
  const epochOf = async () => (await set.hub.list<ClusterExport>(CLUSTER_EXPORTS))[0]?.spec.epoch;
  await eventually('the export on the hub', epochOf, (epoch) => epoch !== undefined);
  await remove(b.client, SERVICE_EXPORTS);
  const observed = async () =>
    (await set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'a' }))?.status?.observed?.['b'];
  const published = async () =>
    (await set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'b' }))?.status?.published?.epoch;
  await eventually('both to agree', async () => (await observed()) === (await published()), Boolean);
  assert.deepEqual([...new Set(written.slice(at))], ['second']);
});
