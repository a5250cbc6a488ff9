import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '#kube/index.ts';
import { type CallerPod, findCaller } from './find-caller.ts';

function pod(name: string, phase = 'Running'): CallerPod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'curl', name }, status: { phase } };
}

function cluster(...pods: CallerPod[]): Pick<Client, 'find' | 'list'> {
  return {
    find: (async (_: unknown, { name }: { name: string }) =>
      pods.find(({ metadata }) => metadata.name === name)) as Client['find'],
    list: (async () => pods) as unknown as Client['list'],
  };
}

const wanted = { cluster: 'a', namespace: 'curl', pod: 'curl' };
const nameOf = async (client: Pick<Client, 'find' | 'list'>) => (await findCaller(client, wanted)).metadata.name;

test('a caller is found by its name before its Deployment’s', async () => {
  assert.equal(await nameOf(cluster(pod('curl-7d9fbbcf5-2nw4v'), pod('curl'))), 'curl');
});

test('a caller is found by the name of what made it, the running one', async () => {
  const pods = ['curl-extra-7d9fbbcf5-2nw4v', 'curl-extra', 'curl-too-long-at-the-end'].map((name) => pod(name));
  assert.equal(
    await nameOf(cluster(...pods, pod('curl-7d9fbbcf5-2nw4v', 'Pending'), pod('curl-7d9fbbcf5-8g7xv'))),
    'curl-7d9fbbcf5-8g7xv',
  );
  assert.equal(await nameOf(cluster(pod('curl-0'))), 'curl-0');
  assert.equal(await nameOf(cluster(pod('curl-x7k2p'))), 'curl-x7k2p');
});

test('a caller that is not there is named, with those that are', async () => {
  await assert.rejects(nameOf(cluster(pod('web-0'))), {
    code: 'agent/no-such-pod',
    message: /trace from curl\/curl: no such pod in a \(in curl are web-0\)/,
  });
});
