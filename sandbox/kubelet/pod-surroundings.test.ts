import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod } from '#sandbox/workloads/index.ts';
import { exitStatus } from './exec-channel.ts';
import { quoted } from './launchers.ts';
import { containerEnv, expand } from './pod-env.ts';
import { hostsFile, resolvConf } from './pod-files.ts';
import { addressPool, podNamespace } from './pod-network.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'demo', uid: 'u', labels: { app: 'web' } },
  spec: { containers: [], nodeName: 'node-1' },
};

const envOf = (container: Partial<Container>) =>
  containerEnv(
    { name: 'c', ...container },
    {
      pod,
      addresses: ['10.244.1.2', 'fd00::2'],
      hostAddresses: ['10.77.0.11'],
      lookup: (kind, name) => Promise.resolve(name === 'there' ? { KEY: kind } : undefined),
    },
  );

test('variables take values, fields of the pod, ConfigMaps and Secrets', async () => {
  const env = await envOf({
    envFrom: [{ prefix: 'P_', configMapRef: { name: 'there' } }, { secretRef: { name: 'gone', optional: true } }],
    env: [
      { name: 'A', value: 'a' },
      { name: 'B', value: '$(A)-$(NONE)-$$(A)' },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'IPS', valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'S', valueFrom: { secretKeyRef: { name: 'there', key: 'KEY' } } },
      { name: 'O', valueFrom: { configMapKeyRef: { name: 'gone', key: 'KEY', optional: true } } },
    ],
  });
  const expected = {
    P_KEY: 'configMap',
    A: 'a',
    B: 'a-$(NONE)-$(A)',
    IP: '10.244.1.2',
    IPS: '10.244.1.2,fd00::2',
    NODE: 'node-1',
    APP: 'web',
    S: 'secret',
  };
  assert.deepEqual(env, expected);
});

test('what a container cannot do without is named', async () => {
  const ref = { name: 'gone', key: 'KEY' };
  await assert.rejects(envOf({ env: [{ name: 'X', valueFrom: { configMapKeyRef: ref } }] }), /KEY in configmap "gone"/);
  await assert.rejects(envOf({ envFrom: [{ secretRef: { name: 'gone' } }] }), /secret "gone" not found/);
});

test('an expression in a command is filled in once', () => {
  assert.equal(expand('$(A)$(B)', { A: '$(B)', B: 'b' }), '$(B)b');
});

test('a pod asks the cluster DNS, its own namespace first', () => {
  assert.equal(
    resolvConf('demo', { clusterDns: ['10.96.0.10', 'fd00::a'], clusterDomain: 'cluster.local' }),
    'search demo.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\nnameserver fd00::a\noptions ndots:5\n',
  );
  assert.match(hostsFile(pod, ['10.244.1.2', 'fd00::2'], 'cluster.local'), /^10\.244\.1\.2 web-1\nfd00::2 web-1$/m);
});

test('an address that was given back is taken last', () => {
  const pool = addressPool(['10.244.1.0/29']);
  pool.claim(['10.244.1.2']);
  const [first, second] = [pool.take(), pool.take()];
  assert.deepEqual([first, second], [['10.244.1.3'], ['10.244.1.4']]);
  pool.release(first);
  assert.deepEqual([pool.take(), pool.take(), pool.take()], [['10.244.1.5'], ['10.244.1.6'], ['10.244.1.3']]);
  assert.throws(() => pool.take(), /all 5 addresses/);
});

test('a pod has the same place in the ranges of both families', () => {
  const pool = addressPool(['10.244.1.0/24', 'fd00:10:244:1::/64']);
  pool.claim(['10.244.1.2', 'fd00:10:244:1::2']);
  assert.deepEqual(pool.take(), ['10.244.1.3', 'fd00:10:244:1::3']);
});

test('a pod is found on the machine by the first digits of its uid', () => {
  assert.equal(podNamespace('t', '873da03c-8289-40d9-8a21-3a9e604eb478'), 't-pod-873da03c');
});

test('an exit code is told the way kubectl reads it', () => {
  assert.equal(exitStatus(0).status, 'Success');
  const { status, reason, details } = exitStatus(3) as Record<string, unknown>;
  assert.deepEqual(
    [status, reason, details],
    ['Failure', 'NonZeroExitCode', { causes: [{ reason: 'ExitCode', message: '3' }] }],
  );
});

test('words survive a shell', () => {
  assert.equal(quoted("it's $HOME"), `'it'\\''s $HOME'`);
  assert.equal(quoted('/bin/x-1'), '/bin/x-1');
});
