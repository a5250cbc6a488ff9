/** Beyond the 27: that what an import carries is also kept, as in Kubernetes. One pod of the exporter on each of its nodes. */
import assert from 'node:assert/strict';
import type { Case } from './cases.ts';
import { eventually, type Stage } from './stage.ts';
import type { Answers, McsMember } from './target.ts';

export const MEANINGS = [
  ['local', 'internalTrafficPolicy Local: only pods of the caller’s node answer, and nobody in another cluster'],
  ['near', 'trafficDistribution PreferSameNode: the pod of the caller’s node answers, else any'],
] as const;

function onEachNode(spec: object): Case['given'] {
  return async (stage) => {
    const member = stage.member(0);
    const nodes = await stage.target.nodes(member);
    assert.ok(nodes.length > 1, 'nodes to choose from');
    await stage.service(member, spec);
    await Promise.all(nodes.map((node, i) => stage.host(member, `pod-${i}`, node)));
    await stage.export(member);
  };
}

const url = ({ name }: Stage) => `http://${name}:42`;

/** Calls until every pod is there to be called, and then again. */
async function answers(stage: Stage, from: McsMember, count: number): Promise<Answers> {
  const nodes = await stage.target.nodes(stage.member(0));
  await eventually(
    'a ready pod on each node',
    () => stage.ownSlices(stage.member(0)),
    (all) =>
      all.flatMap(({ endpoints }) => endpoints).filter(({ conditions }) => conditions?.ready).length === nodes.length,
  );
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
};
