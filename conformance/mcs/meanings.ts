/** Beyond the 27: that what an import carries is also kept, as in Kubernetes. One pod of the exporter on each of its nodes. */
import assert from 'node:assert/strict';
import type { Case } from './cases.ts';
import { eventually, type Stage } from './stage.ts';
import type { Answers, McsMember } from './target.ts';

export const MEANINGS = [
  ['local', 'internalTrafficPolicy Local: only pods of the caller’s node answer, and nobody in another cluster'],
  ['near', 'trafficDistribution PreferSameNode: the pod of the caller’s node answers, else any'],
  ['sticky', 'sessionAffinity ClientIP: a client keeps its pod at home, and its cluster elsewhere'],
] as const;

function onEachNode(spec: object, ...exporters: number[]): Case['given'] {
  return (stage) =>
    Promise.all([0, ...exporters].map((i) => exportOnEachNode(stage, stage.member(i), spec))).then(() => {});
}

async function exportOnEachNode(stage: Stage, member: McsMember, spec: object): Promise<void> {
  const nodes = await stage.target.nodes(member);
  assert.ok(nodes.length > 1, 'nodes to choose from');
  await stage.service(member, spec);
  await Promise.all(nodes.map((node, i) => stage.host(member, `pod-${i}`, node)));
  await stage.export(member);
}

const url = ({ name }: Stage) => `http://${name}:42`;

async function podsReady(stage: Stage, member: McsMember): Promise<void> {
  const nodes = await stage.target.nodes(member);
  await eventually(
    `a ready pod on each node of ${member.name}`,
    () => stage.ownSlices(member),
    (all) =>
      all.flatMap(({ endpoints }) => endpoints).filter(({ conditions }) => conditions?.ready).length === nodes.length,
  );
}

/** Calls until every pod is there to be called, and then again. */
async function answers(stage: Stage, from: McsMember, count: number): Promise<Answers> {
  await podsReady(stage, stage.member(0));
  await eventually(
    `answers to ${from.name}`,
    () => stage.target.call(from, url(stage), 2),
    ({ failed }) => failed === 0,
  );
  return stage.target.call(from, url(stage), count);
}

export const meaningCases: Readonly<Record<(typeof MEANINGS)[number][0], Case>> = {
  local: {
    given: onEachNode({ internalTrafficPolicy: 'Local' }),
    check: async (stage) => {
      const [home, other] = [stage.member(0), stage.member(1)];
      await eventually(
        'all calls to end on the node of the caller',
        () => answers(stage, home, 12),
        ({ pods }) => Object.keys(pods).join() === `${home.name}/pod-0`,
      );
      await stage.import(other, 'of the exporter');
      const { failures } = await stage.target.call(other, url(stage), 2);
      assert.deepEqual(failures, { ECONNREFUSED: 2 });
    },
  },
  near: {
    given: onEachNode({ trafficDistribution: 'PreferSameNode' }),
    check: async (stage) => {
      const [home, other] = [stage.member(0), stage.member(1)];
      await eventually(
        'all calls to end on the node of the caller',
        () => answers(stage, home, 12),
        ({ pods }) => Object.keys(pods).join() === `${home.name}/pod-0`,
      );
      await eventually(
        'both pods to answer another cluster',
        () => answers(stage, other, 20),
        ({ pods, failed }) => failed === 0 && Object.keys(pods).length > 1,
      );
    },
  },
  sticky: {
    given: onEachNode({ sessionAffinity: 'ClientIP' }, 1),
    check: async (stage) => {
      const [home, other] = [stage.member(0), stage.member(2)];
      await stage.import(other, 'of both', (found) => found.status?.clusters?.length === 2);
      await podsReady(stage, stage.member(1));
      const atHome = await answers(stage, home, 30);
      assert.deepEqual([atHome.failed, Object.keys(atHome.pods).length], [0, 1]);
      const elsewhere = await answers(stage, other, 30);
      assert.deepEqual([elsewhere.failed, Object.keys(elsewhere.clusters).length], [0, 1]);
    },
  },
};
