/** A cluster is evacuated under load: drained first, its objects taken away when nobody has a connection to it left. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  ANNOTATION_EVACUATION,
  ANNOTATION_EVICTION,
  DEPLOYMENTS,
  EVICT_AT_ONCE,
  KARMADA_CLUSTERS,
  MEMBER_CLUSTERS,
  type MemberCluster,
  PODS,
} from '#api/index.ts';
import type { KubeObject } from '#objects/index.ts';
import { type Answers, bringUp, eventually } from './island-set.ts';

const URL_CALLED = 'http://web.demo.svc.clusterset.local:8080/';
const CALLERS = ['cluster-1', 'cluster-3'];
const RATE = 50;
const KEPT = 5;

const folder = mkdtempSync('/tmp/sealane-evacuation-');
after(() => rmSync(folder, { recursive: true }));
const set = await bringUp(`sltv${process.pid % 10_000}`, {
  topology: 'failover',
  manifests: 'tests/evacuation.yaml',
  caller: ['cluster-3', 'demo', 'caller'],
});
const hub = set.client('hub');

const inCluster = async (cluster: string, ...command: string[]) =>
  set.sandbox('exec', cluster, `demo/${await set.pod(cluster, 'demo', 'caller')}`, '--', ...command);

interface Load {
  readonly calls: number;
  readonly failed: number;
  readonly kept: number;
  readonly broken: readonly string[];
  /** Who answered the last batch. */
  readonly clusters: readonly string[];
}

/** New connections and kept ones that end by themselves after a while, from every caller. @returns ends it */
async function startLoad(name: string): Promise<() => Promise<Load>> {
  const file = (what: string) => join(folder, `${name}-${what}`);
  const stop = file('stop');
  const programs = {
    calls: `call ${URL_CALLED} --rate ${RATE} --count ${RATE} --output json`,
    kept: `keep ${URL_CALLED} --connections ${KEPT} --seconds 2 --interval 50`,
  };
  const loads = CALLERS.flatMap((cluster) =>
    Object.entries(programs).map(([what, program]) => ({ cluster, file: file(`${cluster}-${what}`), program })),
  );
  const start = ({ cluster, file: out, program }: (typeof loads)[number]) => {
    const line = `while [ ! -e ${stop} ]; do pod-tool ${program} >> ${out} 2>&1; done; echo end >> ${out}`;
    return inCluster(cluster, 'sh', '-c', `setsid sh -c '${line}' > /dev/null 2>&1 &`);
  };
  await Promise.all(loads.map(start));
  return async () => {
    writeFileSync(stop, '');
    const ended = (out: string) => eventually(`the end of ${out}`, async () => linesOf(out));
    const all = await Promise.all(loads.map(async ({ file: out, program }) => ({ program, lines: await ended(out) })));
    const of = <T>(what: keyof typeof programs, otherwise: (said: string) => T) =>
      all.flatMap(({ program, lines }) =>
        program === programs[what] ? lines.map((text) => parsed(text, otherwise)) : [],
      );
    const answers = of<Pick<Answers, 'count' | 'failed' | 'clusters'>>('calls', () => ({
      count: 1,
      failed: 1,
      clusters: {},
    }));
    const kept = of<{ requests: number; broken: string[] }>('kept', (said) => ({ requests: 0, broken: [said] }));
    return {
      calls: answers.reduce((sum, { count }) => sum + count, 0),
      failed: answers.reduce((sum, { failed }) => sum + failed, 0),
      kept: kept.reduce((sum, { requests }) => sum + requests, 0),
      broken: kept.flatMap(({ broken }) => broken),
      clusters: Object.keys(answers.at(-1)?.clusters ?? {}),
    };
  };
}

/** A program that could not even begin, because the name is not known for instance, says so in words. */
function parsed<T>(line: string, otherwise: (said: string) => T): T {
  return line.startsWith('{') ? (JSON.parse(line) as T) : otherwise(line);
}

/** Undefined while it goes on. */
function linesOf(file: string): string[] | undefined {
  appendFileSync(file, '');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.at(-1) === 'end' ? lines.slice(0, -1) : undefined;
}

const taint = (name: string, ...taints: { key: string; effect: string }[]) =>
  hub.patch(KARMADA_CLUSTERS, { name }, { spec: { taints } });

const webPods = async (cluster: string) =>
  (await set.client(cluster).list<KubeObject>(PODS, { namespace: 'demo', labelSelector: 'app=web' })).length;

const atHome = () =>
  eventually('the service to be at home', async () => {
    const { stdout } = await set.tryInCaller('pod-tool', 'call', URL_CALLED, '--count', '20', '--output', 'json');
    const { clusters = {}, failed = 20 } = stdout.startsWith('{') ? (JSON.parse(stdout) as Answers) : {};
    const settled = (await webPods('cluster-1')) === 2 && (await webPods('cluster-2')) === 0;
    return (settled && failed === 0 && Object.keys(clusters).join() === 'cluster-1') || undefined;
  });

const memberOf = (name: string) => hub.get<MemberCluster>(MEMBER_CLUSTERS, { name });

test('a tainted cluster is drained, served from elsewhere, and emptied: no call fails, no kept connection breaks', async (t) => {
  await atHome();
  const endLoad = await startLoad('held');
  await taint('cluster-1', { key: 'maintenance', effect: 'NoExecute' });
  await eventually('the drain', async () => {
    const { spec } = await memberOf('cluster-1');
    if (!spec?.drain) assert.equal(await webPods('cluster-1'), 2, 'evicted before it is drained');
    return spec?.drain || undefined;
  });
  assert.equal(await webPods('cluster-2'), 2);
  await eventually('cluster-1 to be empty', async () => (await webPods('cluster-1')) === 0 || undefined);
  assert.equal(await set.client('cluster-1').find(DEPLOYMENTS, { namespace: 'demo', name: 'web' }), undefined);
  const load = await endLoad();
  t.diagnostic(JSON.stringify({ ...load, broken: load.broken.length }));
  assert.deepEqual(
    { failed: load.failed, broken: load.broken, clusters: load.clusters },
    { failed: 0, broken: [], clusters: ['cluster-2'] },
  );
  assert.ok(load.calls >= 2 * RATE && load.kept > 100, JSON.stringify(load));
});

test('evicted at once, on the way back, it breaks what is open', async (t) => {
  const endLoad = await startLoad('at-once');
  const annotations = { [ANNOTATION_EVICTION]: EVICT_AT_ONCE };
  await hub.patch(KARMADA_CLUSTERS, { name: 'cluster-2' }, { metadata: { annotations } });
  await taint('cluster-2', { key: 'maintenance', effect: 'NoExecute' });
  await taint('cluster-1');
  await eventually('cluster-2 to be empty', async () => (await webPods('cluster-2')) === 0 || undefined);
  assert.equal((await memberOf('cluster-2')).spec?.drain ?? false, false);
  const { metadata } = await memberOf('cluster-1');
  assert.equal(metadata.annotations?.[ANNOTATION_EVACUATION], undefined);
  const load = await endLoad();
  t.diagnostic(JSON.stringify({ ...load, broken: load.broken.length }));
  assert.ok(load.failed + load.broken.length > 0, JSON.stringify(load));
});
