import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CLUSTER_EXPORTS, MEMBER_CLUSTERS, type Namespace, NAMESPACES } from '#api/index.ts';
import { silentLog } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import { eventually, memberCluster } from '../../member/test-cluster-set.ts';
import { memberCredentials } from './member-credentials.ts';
import { serveHub } from './serve-hub.ts';

async function start(dataDir: string, port = 0) {
  const stop = new AbortController();
  const listening = Promise.withResolvers<{ readonly port: number; readonly kubeconfig: string }>();
  const ended = serveHub({
    address: '127.0.0.1',
    port,
    dataDir,
    log: silentLog,
    signal: stop.signal,
    onListening: listening.resolve,
  });
  const hub = await Promise.race([listening.promise, ended.then(() => assert.fail('ended before it listened'))]);
  const end = async () => {
    stop.abort();
    await ended;
  };
  return { ...hub, end };
}

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'hub-'));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

test('a hub in one process keeps members, its identity and its certificates over a restart', async (t) => {
  const dataDir = folder(t);
  const first = await start(dataDir);
  const client = createClient(readKubeconfig(first.kubeconfig));
  await client.create(MEMBER_CLUSTERS, memberCluster('a', { region: 'eu' }));
  await eventually(
    'namespace',
    () => client.find(NAMESPACES, { name: 'sealane-a' }),
    (one) => one !== undefined,
  );
  const uid = (await client.get<Namespace>(NAMESPACES, { name: 'kube-system' })).metadata.uid;
  await first.end();
  const second = await start(dataDir, first.port);
  assert.equal((await client.list(MEMBER_CLUSTERS)).length, 1);
  assert.equal((await client.get<Namespace>(NAMESPACES, { name: 'kube-system' })).metadata.uid, uid);
  client.close();
  await second.end();
});

test('a member comes with credentials of its own, by whatever address, and may not do what is another’s', async (t) => {
  const dataDir = folder(t);
  await assert.rejects(memberCredentials({ dataDir, member: 'a' }), { code: 'hub/bad-file' });
  const hub = await start(dataDir);
  await assert.rejects(memberCredentials({ dataDir, member: 'A/b' }), { code: 'hub/bad-member-name' });
  const server = `https://localhost:${hub.port}`;
  for (const file of [
    await memberCredentials({ dataDir, member: 'a' }),
    await memberCredentials({ dataDir, member: 'a', server }),
  ]) {
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const client = createClient(readKubeconfig(file));
    assert.deepEqual(await client.list(CLUSTER_EXPORTS), []);
    await assert.rejects(client.list(NAMESPACES), { code: 'kube/forbidden' });
    client.close();
  }
  await hub.end();
});
