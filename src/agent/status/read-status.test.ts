import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBER_CLUSTERS, SERVICE_EXPORTS_V1ALPHA1 } from '#api/index.ts';
import { type Clock, isFault, systemClock } from '#kit/index.ts';
import { createClient } from '#kube/index.ts';
import { startSmallServer } from '#kube/test-server.ts';
import { readStatus } from './read-status.ts';

const ONLY_MEMBERS = new Set(['serviceexports', 'serviceimports', 'globaltrafficpolicies']);
const condition = { type: 'Ready', status: 'False', reason: 'NoGateway', message: '', lastTransitionTime: '' };
const joined = { apiVersion: 'sealane.dev/v1alpha1', kind: 'MemberCluster', metadata: { name: 'east' } };

async function hub(t: { after(run: () => unknown): void }) {
  const server = await startSmallServer({ missing: ONLY_MEMBERS });
  const client = createClient({ server: server.url });
  t.after(async () => {
    client.close();
    await server.close();
  });
  const say = (status: string) =>
    client.patch(MEMBER_CLUSTERS, { name: 'east' }, { status: { conditions: [{ ...condition, status }] } });
  await client.create(MEMBER_CLUSTERS, joined);
  return { client, say };
}

test('waiting ends as soon as the last thing that was missing is there', async (t) => {
  const { client, say } = await hub(t);
  await say('False');
  let looks = 0;
  const clock: Clock = {
    ...systemClock,
    after(_, run) {
      looks++;
      void say('True').then(run);
      return () => undefined;
    },
  };
  const report = await readStatus(client, { waitMs: 3_600_000, clock });
  assert.deepEqual([report.settled, looks], [true, 1]);
});

test('when time is up, what is missing is said', async (t) => {
  const { client, say } = await hub(t);
  await say('False');
  const { settled, missing } = await readStatus(client, { waitMs: 0, clock: systemClock });
  assert.deepEqual([settled, missing], [false, ['MemberCluster east: Ready is False, NoGateway']]);
});

test('an API server that does not answer is an error once time is up', async () => {
  const client = createClient({ server: 'http://127.0.0.1:9' });
  await assert.rejects(readStatus(client, { waitMs: 0, clock: systemClock }), (error) =>
    isFault(error, 'kube/unreachable'),
  );
  client.close();
});

test('exports of an older version of the API, and those of its ancestors, count too; what is forbidden is named', async (t) => {
  const server = await startSmallServer({
    intercept(request, response) {
      const [, group = '', version = ''] = /apis\/([^/]+)\/([^/]+)/.exec(request.url ?? '') ?? [];
      const answers =
        group === 'flomesh.io' ? 403 : group === 'multicluster.x-k8s.io' && version === 'v1beta1' ? 404 : 0;
      if (answers === 0) return false;
      response.statusCode = answers;
      response.end('{}');
      return true;
    },
  });
  const client = createClient({ server: server.url });
  t.after(async () => {
    client.close();
    await server.close();
  });
  const named = (apiVersion: string) => ({
    apiVersion,
    kind: 'ServiceExport',
    metadata: { namespace: 'shop', name: 'web' },
  });
  await client.create(SERVICE_EXPORTS_V1ALPHA1, named('multicluster.x-k8s.io/v1alpha1'));
  const flomesh = { ...SERVICE_EXPORTS_V1ALPHA1, group: 'multicluster.flomesh.io' };
  await client.create(flomesh, named('multicluster.flomesh.io/v1alpha1'));

  const { lines, missing } = await readStatus(client, { waitMs: 0, clock: systemClock });
  assert.deepEqual(lines.map(({ group }) => group).toSorted(), ['multicluster.flomesh.io', 'multicluster.x-k8s.io']);
  assert.ok(missing.some((what) => what.startsWith('serviceexports.flomesh.io:')));
});
