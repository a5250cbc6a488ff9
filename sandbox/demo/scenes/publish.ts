/** The five published steps, in the original order, each waited for. */
import { join } from 'node:path';
import { installationRoot } from '#cli/index.ts';
import { SealaneError } from '#kit/index.ts';
import { readManifests } from '#kube/index.ts';
import { applyManifests } from '#sandbox/client/index.ts';
import type { Condition } from '#sandbox/supervise/index.ts';
import {
  answersAre,
  deploymentReady,
  exportIn,
  imported,
  namespaceEverywhere,
  policyApplied,
  serviceIn,
} from '../conditions.ts';
import { countCalls, exactly } from '../count-calls.ts';
import { CALLER, CURL, HTTPBIN, SERVERS } from '../resources.ts';
import type { Stage } from '../stage.ts';

export type Variant = 'original' | 'corrected';

const PLACED_MS = 30_000;

export async function publish(stage: Stage): Promise<void> {
  const { screen } = stage;
  screen.title('The published demonstration, in its original order, applied to the hub');
  for (const file of FILES.slice(0, 4)) await step(stage, 'original', file);
  screen.title('Exported, but no policy yet: cluster-2 does not use the services of others');
  await countCalls(stage, 'without a policy', { refused: exactly(100) }, 20);
  await step(stage, 'original', POLICY_FILE);
  await stage.until(
    PLACED_MS,
    answersAre(stage, 'first answers', ({ failures }) => Object.keys(failures).length === 0),
  );
  screen.title('ActiveActive, equal weights: half and half');
  const half = { percent: 50, tolerance: 8 };
  await countCalls(stage, 'ActiveActive 1:1', { 'cluster-1': half, 'cluster-3': half });
}

/** @throws `demo/not-applied` */
export async function step(stage: Stage, variant: Variant, file: string): Promise<void> {
  const started = stage.clock.monotonic();
  const folder = join(installationRoot(), 'examples', 'karmada-eriecanal', variant);
  const applied = await applyManifests(stage.hub, await readManifests(join(folder, file)), { clock: stage.clock });
  const refused = applied.find(({ result }) => result === 'failed');
  if (refused) {
    throw new SealaneError('demo/not-applied', `apply ${variant}/${file}: ${refused.subject}: ${refused.error}`);
  }
  await stage.until(PLACED_MS, ...placed(stage, file));
  const seconds = ((stage.clock.monotonic() - started) / 1000).toFixed(1);
  stage.screen.say(`${`${variant}/${file}`.padEnd(44)} in place after ${seconds} s`);
}

export const POLICY_FILE = '05-global-traffic-policy.yaml';
export const FILES = [
  '01-namespaces.yaml',
  '02-httpbin.yaml',
  '03-curl.yaml',
  '04-service-export.yaml',
  POLICY_FILE,
] as const;

function placed(stage: Stage, file: string): Condition[] {
  switch (file) {
    case '01-namespaces.yaml':
      return ['httpbin', 'curl'].flatMap((name) => namespaceEverywhere(stage, name));
    case '02-httpbin.yaml':
      return SERVERS.flatMap((name) => [deploymentReady(stage, name, HTTPBIN, 1), serviceIn(stage, name)]);
    case '03-curl.yaml':
      return [deploymentReady(stage, CALLER, CURL, 1)];
    case '04-service-export.yaml':
      return [...stage.clusters.map((name) => exportIn(stage, name)), imported(stage)];
    default:
      return [policyApplied(stage)];
  }
}
