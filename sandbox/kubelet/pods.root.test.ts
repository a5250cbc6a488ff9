import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ENDPOINT_SLICES, type EndpointSlice, NODES, PODS, STATEFUL_SETS } from '#api/index.ts';
import { bundlePath } from '#cli/index.ts';
import { capture, isRunning, listNamespaces } from '#host/index.ts';
import { sleep, systemClock } from '#kit/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';
import type { Node, Pod, StatefulSet } from '#sandbox/workloads/index.ts';
import type { PodRecord } from './records.ts';

const name = `slt${process.pid}`;
const folder = mkdtempSync(`/tmp/${name}-`);
const CLUSTER = 'east';
let client: Client;

before(async () => {
  const topology = join(folder, 'topology.yaml');
  writeFileSync(topology, `families: [IPv4, IPv6]\nclusters:\n  - name: ${CLUSTER}\n`);
  await sandbox('up', '-f', topology);
  client = createClient(readKubeconfig(`/run/sealane/${name}/kubeconfig`, { context: CLUSTER }));
  await apply(NAMESPACE, deployment('web', 2, WEB_CONTAINER), SERVICE, pod('caller', { command: ['sleep', '1d'] }));
});

after(async () => {
  client?.close();
  await sandbox('down');
  rmSync(folder, { recursive: true });
});

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } };
const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'demo' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
};
const WEB_CONTAINER = {
  image: 'flomesh/pipy',
  command: [
    'pipy',
    '-e',
    "pipy().listen(8080).serveHTTP(() => new Message('hello from ' + os.env['HOSTNAME'] + '\\n'))",
  ],
  ports: [{ name: 'http', containerPort: 8080 }],
  readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1, failureThreshold: 1 },
};

function deployment(app: string, replicas: number, container: object) {
  const template = { metadata: { labels: { app } }, spec: { containers: [{ name: app, ...container }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace: 'demo' },
    spec: { replicas, selector: { matchLabels: { app } }, template },
  };
}

function pod(podName: string, container: object, spec: object = {}) {
  const containers = [{ name: podName, image: 'busybox', ...container }];
  const labels = { app: podName };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace: 'demo', labels },
    spec: { containers, ...spec },
  };
}

async function sandbox(command: string, ...args: string[]): Promise<string> {
  const all = [bundlePath('sealane-sandbox'), command, '--name', name, ...args];
  const { code, stdout, stderr } = await capture(process.execPath, all, { timeoutMs: 120_000 });
  assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
  return stdout;
}

async function apply(...objects: object[]): Promise<void> {
  const file = join(folder, 'objects.yaml');
  writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  await sandbox('apply', '--context', CLUSTER, '-f', file);
}

function exec(target: string, ...command: string[]) {
  const all = [bundlePath('sealane-sandbox'), 'exec', '--name', name, CLUSTER, `demo/${target}`, '--', ...command];
  return capture(process.execPath, all, { timeoutMs: 60_000 });
}

/** @returns what `look` found @throws when it found nothing for 20 s */
async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = systemClock.monotonic() + 20_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(systemClock.monotonic() < end, `waited for ${what}`);
    await sleep(systemClock, 50);
  }
}

const getPod = (podName: string) => client.find<Pod>(PODS, { namespace: 'demo', name: podName });
const isReady = (one: Pod) => one.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
const podsOf = async (app: string) =>
  (await client.list<Pod>(PODS, { namespace: 'demo', labelSelector: `app=${app}` })).filter(
    ({ metadata }) => !metadata.deletionTimestamp,
  );

function readyPods(app: string, count: number): Promise<Pod[]> {
  return until(`${count} ready pods of ${app}`, async () => {
    const pods = await podsOf(app);
    return pods.length === count && pods.every(isReady) && pods;
  });
}

async function endpoints(service: string) {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const slices = await client.list<EndpointSlice>(ENDPOINT_SLICES, { namespace: 'demo', labelSelector });
  return slices.flatMap((slice) => slice.endpoints ?? []);
}

test('a Deployment’s pods answer behind their Service, spread over the nodes', async () => {
  const pods = await readyPods('web', 2);
  assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, 2);
  await until('the caller', async () => (await getPod('caller'))?.status?.phase === 'Running');
  await until('two endpoints', async () => (await endpoints('web')).length === 2);
  const counted = await until('both to answer', async () => {
    const { code, stdout } = await exec('caller', 'pod-tool', 'call', 'http://web.demo', '--count', '60', '-o', 'json');
    const result = JSON.parse(stdout || '{}') as { ok?: number; pods?: Record<string, number> };
    return code === 0 && Object.keys(result.pods ?? {}).length === 2 && result;
  });
  assert.equal(counted.ok, 60);
});

test('pods and nodes have an address of each family, and pods call each other by those of IPv6', async () => {
  const pods = await readyPods('web', 2);
  const nodes = await client.list<Node>(NODES);
  for (const { spec, status } of nodes) {
    assert.deepEqual(
      spec?.podCIDRs?.map((range) => range.includes(':')),
      [false, true],
    );
    const internal = status?.addresses?.filter(({ type }) => type === 'InternalIP');
    assert.deepEqual(
      internal?.map(({ address }) => isIPv6(address)),
      [false, true],
    );
  }
  for (const { metadata, status } of pods) {
    assert.deepEqual(
      status?.podIPs?.map(({ ip }) => isIPv6(ip)),
      [false, true],
    );
    const address = status?.podIPs?.[1]?.ip ?? '';
    const { stdout } = await exec(
      'caller',
      'pod-tool',
      'call',
      `http://[${address}]:8080`,
      '--count',
      '5',
      '-o',
      'json',
    );
    const { pods: answered } = JSON.parse(stdout) as { pods: Record<string, number> };
    assert.deepEqual(answered, { [`${CLUSTER}/${metadata.name}`]: 5 });
  }
});

test('a command in a pod sees the pod’s network, names and environment, and its exit code comes back', async () => {
  await until('the caller', async () => (await getPod('caller'))?.status?.phase === 'Running');
  const script = 'hostname; cat /etc/resolv.conf; echo $SEALANE_SANDBOX_CLUSTER; echo oh >&2; exit 3';
  const { code, stdout, stderr } = await exec('caller', 'sh', '-c', script);
  assert.equal(code, 3);
  assert.match(stdout, /^caller\nsearch demo\.svc\.cluster\.local/);
  assert.match(stdout, new RegExp(`\n${CLUSTER}\n$`));
  assert.equal(stderr, 'oh\n');
});

test('a command that cannot be run is refused with the reason', async () => {
  const all = [
    bundlePath('sealane-sandbox'),
    'exec',
    '--name',
    name,
    '-c',
    'nope',
    CLUSTER,
    'demo/caller',
    '--',
    'true',
  ];
  const { code, stderr } = await capture(process.execPath, all, { timeoutMs: 60_000 });
  assert.notEqual(code, 0);
  assert.match(stderr, /container nope is not valid for pod caller/);
});

test('a pod whose readiness fails leaves the endpoints at once, and comes back', async () => {
  const [one] = await readyPods('web', 2);
  const podName = one?.metadata.name ?? '';
  const conditionOf = async () =>
    (await endpoints('web')).find(({ targetRef }) => targetRef?.name === podName)?.conditions?.ready;
  assert.equal((await exec(podName, 'pod-tool', 'ready', 'off')).code, 0);
  await until('it to be out', async () => (await conditionOf()) === false);
  assert.equal((await exec(podName, 'pod-tool', 'ready', 'on')).code, 0);
  await until('it to be in', async () => (await conditionOf()) === true);
});

/** The processes of pods, by what the kubelet wrote down. */
function runningProcesses(pods: readonly Pod[]) {
  return pods.map(({ metadata: { uid } }) => {
    const file = `/run/sealane/${name}/kubelet/${CLUSTER}/pods/${uid}/pod.json`;
    const { containers } = JSON.parse(readFileSync(file, 'utf8')) as PodRecord;
    return Object.values(containers)[0]?.process ?? assert.fail('it does not run');
  });
}

test('a kubelet that is killed takes no pod with it', async () => {
  const before = await readyPods('web', 2);
  const processes = runningProcesses(before);
  await sandbox('fault', 'kill', `kubelet/${CLUSTER}`);
  await until('the next kubelet', async () => (await exec('caller', 'true')).code === 0);
  const after = await readyPods('web', 2);
  assert.deepEqual(
    new Set(after.map(({ metadata }) => metadata.uid)),
    new Set(before.map(({ metadata }) => metadata.uid)),
  );
  assert.deepEqual(runningProcesses(before), processes);
  assert.ok(processes.every(isRunning));
});

test('a container that ends is started again; both runs’ logs can be read', async () => {
  await apply(pod('crash', { command: ['sh', '-c', 'echo run $HOSTNAME; exit 4'] }));
  const status = await until('a restart', async () => {
    const first = (await getPod('crash'))?.status?.containerStatuses?.[0];
    return first && first.restartCount > 0 && first.state.waiting?.reason === 'CrashLoopBackOff' && first;
  });
  assert.equal(status.lastState.terminated?.exitCode, 4);
  assert.equal(await sandbox('logs', CLUSTER, 'demo/crash'), 'run crash\n');
  assert.equal(await sandbox('logs', CLUSTER, 'demo/crash', '--previous'), 'run crash\n');
});

test('a liveness probe that fails restarts the container', async () => {
  const livenessProbe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 };
  await apply(pod('ill', { command: ['sleep', '1d'], livenessProbe }));
  await until('a restart', async () => ((await getPod('ill'))?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
});

test('what cannot run says so', async () => {
  await apply(pod('bad', { image: 'corp/unknown:1' }));
  const waiting = await until(
    'the refusal',
    async () =>
      (await getPod('bad'))?.status?.containerStatuses?.[0]?.state.waiting?.reason === 'ErrImagePull' &&
      (await getPod('bad'))?.status?.containerStatuses?.[0]?.state.waiting,
  );
  assert.match(waiting.message ?? '', /"corp\/unknown:1" has no stand-in/);
});

test('a volume that cannot be mounted is no reason to run without it', async () => {
  const volumeMounts = [{ name: 'data', mountPath: '/data' }];
  await apply(pod('mounting', { command: ['sleep', '1d'], volumeMounts }));
  const waiting = await until('the refusal', async () => {
    const state = (await getPod('mounting'))?.status?.containerStatuses?.[0]?.state;
    return state?.waiting?.reason === 'CreateContainerConfigError' && state.waiting;
  });
  assert.match(waiting.message ?? '', /not mounted here: data/);
});

test('the pods of a StatefulSet have names that stay, one below their headless Service', async () => {
  const headless = {
    ...SERVICE,
    metadata: { name: 'db', namespace: 'demo' },
    spec: { clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack', selector: { app: 'db' }, ports: [{ port: 8080 }] },
  };
  const labels = { app: 'db' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'db', ...WEB_CONTAINER }] } };
  const set = (replicas: number, version: string) => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'demo' },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: { ...template, metadata: { labels: { ...labels, version } } },
    },
  });
  const names = async () => (await podsOf('db')).map(({ metadata }) => metadata.name).toSorted();
  await apply(headless, set(2, '1'));
  const [first, second] = (await readyPods('db', 2)).toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  assert.deepEqual(await names(), ['db-0', 'db-1']);
  assert.ok((second?.status?.startTime ?? '') >= (first?.status?.startTime ?? 'z'), 'not one after the other');
  for (const family of ['4', '6']) {
    const call = ['pod-tool', 'call', 'http://db-1.db:8080', '--family', family, '--count', '3', '-o', 'json'];
    const { pods } = JSON.parse((await exec('caller', ...call)).stdout) as { pods: object };
    assert.deepEqual(pods, { [`${CLUSTER}/db-1`]: 3 }, family);
  }
  assert.match((await exec('db-1', 'cat', '/etc/hosts')).stdout, / db-1\.db\.demo\.svc\.cluster\.local db-1$/m);
  const before = (await getPod('db-0'))?.metadata.uid;
  await apply(set(1, '2'));
  await until('one new pod', async () => {
    const pods = await podsOf('db');
    return pods.length === 1 && pods.every((one) => isReady(one) && one.metadata.labels?.['version'] === '2');
  });
  assert.deepEqual(await names(), ['db-0']);
  assert.notEqual((await getPod('db-0'))?.metadata.uid, before);
  await until('the update to be over', async () => {
    const { status } = await client.get<StatefulSet>(STATEFUL_SETS, { namespace: 'demo', name: 'db' });
    return status?.updateRevision === status?.currentRevision && status?.readyReplicas === 1;
  });
});

test('an ending pod is terminating in its slice until its grace is over, and leaves nothing', async () => {
  const stubborn = ['sh', '-c', "trap '' TERM; echo deaf; while true; do sleep 0.1; done"];
  const service = {
    ...SERVICE,
    metadata: { name: 'slow', namespace: 'demo' },
    spec: { selector: { app: 'slow' }, ports: [{ port: 1 }] },
  };
  await apply(service, pod('slow', { command: stubborn }));
  const made = await until('it to run', async () => {
    const found = await getPod('slow');
    return found && isReady(found) && found;
  });
  await until('it to be deaf', async () => (await sandbox('logs', CLUSTER, 'demo/slow')) === 'deaf\n');
  const netns = `${name}-pod-${made.metadata.uid?.slice(0, 8)}`;
  assert.deepEqual(listNamespaces(netns), [netns]);
  await client.delete(PODS, { namespace: 'demo', name: 'slow' }, { graceSeconds: 2 });
  const ending = await until('a terminating endpoint', async () =>
    (await endpoints('slow')).find(({ conditions }) => conditions?.terminating),
  );
  assert.deepEqual(ending.conditions, { ready: false, serving: true, terminating: true });
  await until('it to be gone', async () => (await getPod('slow')) === undefined);
  assert.deepEqual(listNamespaces(netns), []);
});

test('a new version is rolled out while calls go on', async () => {
  const before = await readyPods('web', 2);
  const calls = exec('caller', 'pod-tool', 'call', 'http://web.demo', '--rate', '40', '--count', '160', '-o', 'json');
  await apply(deployment('web', 2, { ...WEB_CONTAINER, env: [{ name: 'VERSION', value: '2' }] }));
  const old = new Set(before.map(({ metadata }) => metadata.uid));
  await until('new pods only', async () => {
    const pods = await podsOf('web');
    return pods.length === 2 && pods.every((one) => isReady(one) && !old.has(one.metadata.uid));
  });
  const { failed, failures } = JSON.parse((await calls).stdout) as { failed: number; failures: object };
  assert.equal(failed, 0, JSON.stringify(failures));
});
