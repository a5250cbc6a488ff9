/** The policy is changed on the hub, and the shares move. */
import { knownReady, onlyFrom, policyApplied } from '../conditions.ts';
import { countCalls, exactly } from '../count-calls.ts';
import { inPod, serverPods } from '../in-pod.ts';
import type { Band } from '../results.ts';
import { HTTPBIN, TRAFFIC_POLICIES } from '../resources.ts';
import type { Stage } from '../stage.ts';

type Target = readonly [cluster: string, weight?: number];

const SOON_MS = 20_000;
const key = (cluster: string) => `default/default/default/${cluster}`;

export async function shiftShares(stage: Stage): Promise<void> {
  await policy(
    stage,
    'ActiveActive 90:10',
    'ActiveActive',
    [
      ['cluster-1', 90],
      ['cluster-3', 10],
    ],
    {
      'cluster-1': { percent: 90, tolerance: 5 },
      'cluster-3': { percent: 10, tolerance: 5 },
    },
  );
  await policy(stage, 'Locality: cluster-2 has no httpbin of its own', 'Locality', [], { refused: exactly(100) });
  await policy(stage, 'Locality with one target', 'Locality', [['cluster-3']], { 'cluster-3': exactly(100) });
}

export async function failOver(stage: Stage): Promise<void> {
  const targets: Target[] = [['cluster-1'], ['cluster-3']];
  const first = { 'cluster-1': exactly(100) };
  await policy(stage, 'FailOver: the first target', 'FailOver', targets, first);

  stage.screen.title('FailOver: no pod of cluster-1 is ready any more (their readiness fails)');
  const pods = await setReady(stage, 'off');
  await stage.until(SOON_MS, knownReady(stage, 'cluster-1', 0));
  await stage.until(SOON_MS, onlyFrom(stage, 'cluster-3'));
  await countCalls(stage, 'FailOver: the second, as cluster-1 has no ready pod', { 'cluster-3': exactly(100) });

  stage.screen.title('FailOver: they are ready again');
  await setReady(stage, 'on');
  await stage.until(SOON_MS, knownReady(stage, 'cluster-1', pods));
  await stage.until(SOON_MS, onlyFrom(stage, 'cluster-1'));
  await countCalls(stage, 'FailOver: back to the first', first);
}

async function policy(
  stage: Stage,
  step: string,
  lbType: string,
  targets: readonly Target[],
  expected: Readonly<Record<string, Band>>,
): Promise<void> {
  stage.screen.title(step);
  const list = targets.map(([cluster, weight]) => ({
    clusterKey: key(cluster),
    ...(weight === undefined ? {} : { weight }),
  }));
  const started = stage.clock.monotonic();
  await stage.hub.patch(TRAFFIC_POLICIES, HTTPBIN, { spec: { lbType, targets: list } });
  await stage.until(SOON_MS, policyApplied(stage));
  const milliseconds = Math.round(stage.clock.monotonic() - started);
  stage.screen.say(`GlobalTrafficPolicy changed on the hub, in the caller's kernel ${milliseconds} ms later`);
  await countCalls(stage, step, expected);
}

/** @returns how many pods */
async function setReady(stage: Stage, to: 'on' | 'off'): Promise<number> {
  const pods = await serverPods(stage, 'cluster-1');
  for (const { metadata } of pods) {
    await inPod(stage, 'cluster-1', { ...HTTPBIN, name: metadata.name }, ['pod-tool', 'ready', to]);
  }
  return pods.length;
}
