/** The trap of the original order, and what corrects it. */
import { DEPLOYMENTS } from '#api/index.ts';
import type { ResourceType } from '#objects/index.ts';
import { deploymentReady } from '../conditions.ts';
import { EXPORTS, HTTPBIN, SERVERS, TRAFFIC_POLICIES, type Workload } from '../resources.ts';
import type { Stage } from '../stage.ts';
import { FILES, step } from './publish.ts';

const CLAIM = 'propagationpolicy.karmada.io/name';
const EDITED = 'example.org/edited';
const SOON_MS = 20_000;

export async function showTrap(stage: Stage): Promise<void> {
  const { screen, hub } = stage;
  screen.title('The trap: steps 4 and 5 took over the policy of step 2, and so httpbin is frozen');
  await stage.until(SOON_MS, unclaimed(stage, DEPLOYMENTS), unclaimed(stage, EXPORTS));
  await hub.patch(DEPLOYMENTS, HTTPBIN, { spec: { replicas: 4 } });
  // A later edit that does arrive tells that the first one has been looked at.
  await hub.patch(TRAFFIC_POLICIES, HTTPBIN, { metadata: { labels: { [EDITED]: 'later' } } });
  await stage.until(SOON_MS, laterEditArrived(stage));
  const frozen = (await replicas(stage)).join(' + ');
  screen.say(`replicas: 4 on the hub; the members still have ${frozen}`);
  stage.note({ step: 'an edit of what is frozen stays on the hub', passed: frozen === '1 + 1', seen: frozen });

  screen.title('The corrected variant, over it: each policy has a name of its own');
  for (const file of FILES) await step(stage, 'corrected', file);
  await hub.patch(DEPLOYMENTS, HTTPBIN, { spec: { replicas: 4 } });
  await stage.until(SOON_MS, ...SERVERS.map((name) => deploymentReady(stage, name, HTTPBIN, 2)));
  const thawed = (await replicas(stage)).join(' + ');
  screen.say(`replicas: 4 on the hub; the members have ${thawed}`);
  stage.note({ step: 'with the corrected variant it arrives', passed: thawed === '2 + 2', seen: thawed });
}

function unclaimed(stage: Stage, type: ResourceType) {
  return {
    what: `claim of ${type.kind} httpbin`,
    async holds() {
      const { metadata } = await stage.hub.get(type, HTTPBIN);
      return metadata.annotations?.[CLAIM] === undefined ? undefined : 'still there';
    },
  };
}

function laterEditArrived(stage: Stage) {
  return {
    what: 'an edit of the GlobalTrafficPolicy in cluster-2',
    async holds() {
      const made = await stage.member('cluster-2').client.get(TRAFFIC_POLICIES, HTTPBIN);
      return made.metadata.labels?.[EDITED] === 'later' ? undefined : 'not there yet';
    },
  };
}

async function replicas(stage: Stage): Promise<(number | undefined)[]> {
  const found = await Promise.all(SERVERS.map((name) => stage.member(name).client.get<Workload>(DEPLOYMENTS, HTTPBIN)));
  return found.map(({ spec }) => spec?.replicas);
}
