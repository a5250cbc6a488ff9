/** Who is reached by a clusterset name: behaviours 16 to 20. Answers name their cluster, so equal pod addresses hide nothing. */
import assert from 'node:assert/strict';
import type { Case } from './cases.ts';
import { eventually, PORTS, type Stage } from './stage.ts';
import type { Answers, McsMember } from './target.ts';

async function serve(stage: Stage, member: McsMember, ports: object = PORTS): Promise<void> {
  await Promise.all([stage.deployment(member), stage.service(member, { ports })]);
}

const wholly = ({ count, failed }: Answers) => count > 0 && failed === 0;

/** Calls until all are answered. @returns the clusters that answered */
async function reached(stage: Stage, from: McsMember, url: string, count = 1): Promise<string[]> {
  const answers = await eventually(
    `answers to ${from.name} from ${url}`,
    () => stage.target.call(from, url, count),
    wholly,
  );
  return Object.keys(answers.clusters).toSorted();
}

export const callCases: Readonly<Record<number, Case>> = {
  16: {
    given: (stage) => serve(stage, stage.member(0)),
    check: async (stage) => {
      const local = `http://hello.${stage.namespace}.svc.cluster.local:42/`;
      assert.deepEqual(
        await reached(stage, stage.member(0), local),
        [stage.member(0).name],
        'it is there to be reached',
      );
      for (const member of stage.target.members) {
        const { failed, count } = await stage.target.call(member, `http://${stage.name}:42/`, 3);
        assert.deepEqual([failed, count], [3, 3], member.name);
        assert.equal((await stage.target.lookup(member, stage.name, 'A')).status, 'NXDOMAIN');
      }
    },
  },
  17: {
    given: async (stage) => {
      await serve(stage, stage.member(0));
      await stage.export(stage.member(0));
    },
    check: async (stage) => {
      for (const member of stage.target.members)
        for (const protocol of ['http', 'udp'])
          assert.deepEqual(await reached(stage, member, `${protocol}://${stage.name}:42`, 3), [stage.member(0).name]);
    },
  },
  18: {
    given: async (stage) => {
      await Promise.all(stage.target.members.map((member) => serve(stage, member)));
      await stage.export(stage.member(1));
    },
    check: async (stage) => {
      const local = `http://hello.${stage.namespace}.svc.cluster.local:42/`;
      for (const member of stage.target.members) {
        assert.deepEqual(await reached(stage, member, local), [member.name], 'all have it');
        assert.deepEqual(await reached(stage, member, `http://${stage.name}:42`, 10), [stage.member(1).name]);
      }
    },
  },
  19: {
    given: async (stage) => {
      for (const i of [0, 1]) {
        await serve(stage, stage.member(i));
        await stage.export(stage.member(i));
      }
    },
    check: async (stage) => {
      const exporters = [stage.member(0).name, stage.member(1).name];
      const url = `http://${stage.name}:42`;
      await eventually(
        'both exporters to answer a third',
        () => reached(stage, stage.member(2), url, 20),
        (seen) => seen.length === 2,
      );
      for (const i of [0, 1])
        assert.deepEqual(await reached(stage, stage.member(i), url, 10), [exporters[i]], 'the own first');
      await stage.condition(stage.member(0), 'Conflict', 'False/NoConflicts');
    },
  },
  20: {
    given: async (stage) => {
      await serve(stage, stage.member(0), [{ name: 'a', port: 42, targetPort: 42 }]);
      await serve(stage, stage.member(1), [{ name: 'b', port: 43, targetPort: 42 }]);
      for (const i of [0, 1]) await stage.export(stage.member(i));
    },
    check: async (stage) => {
      for (const i of [0, 1]) await stage.condition(stage.member(i), 'Conflict', 'True/PortConflict');
      for (const member of stage.target.members) {
        assert.deepEqual(await reached(stage, member, `http://${stage.name}:42`, 5), [stage.member(0).name]);
        assert.deepEqual(await reached(stage, member, `http://${stage.name}:43`, 5), [stage.member(1).name]);
      }
    },
  },
};
