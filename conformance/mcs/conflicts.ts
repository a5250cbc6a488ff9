/** Exporters that differ, and one that cannot be exported: behaviours 10, 11, 14 and 15. */
import assert from 'node:assert/strict';
import type { Case } from './cases.ts';
import { eventually, HEADLESS, PORTS, type Stage } from './stage.ts';

/** The export of the second member is older by a second at least. */
async function secondFirst(stage: Stage, older: object, younger: object): Promise<void> {
  const [first, second] = [stage.member(0), stage.member(1)];
  await stage.service(second, older);
  await stage.export(second);
  const since = performance.now();
  await stage.condition(second, 'Ready', 'True/Exported');
  // The hub's clock is read in whole seconds.
  await eventually(
    'the next second',
    async () => performance.now() - since,
    (ms) => ms > 1_000,
  );
  await stage.service(first, younger);
  await stage.export(first);
}

async function bothSay(stage: Stage, reason: string, field: string): Promise<void> {
  for (const i of [0, 1]) {
    const message = await stage.condition(stage.member(i), 'Conflict', `True/${reason}`);
    assert.match(message, new RegExp(`${field}: ${stage.member(1).name} .* wins .* over ${stage.member(0).name} `));
  }
}

const portsIn = async (stage: Stage) => {
  const imports = await Promise.all(
    stage.target.members.map((member) => stage.import(member, 'of both', (one) => one.status?.clusters?.length === 2)),
  );
  return imports.map(({ spec }) => spec.ports.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`));
};

export const conflictCases: Readonly<Record<number, Case>> = {
  10: {
    given: (stage) => secondFirst(stage, { ports: PORTS.slice(0, 1) }, { ports: PORTS }),
    check: async (stage) => {
      await bothSay(stage, 'PortConflict', 'ports');
      for (const ports of await portsIn(stage)) assert.deepEqual(ports, ['tcp TCP 42', 'udp UDP 42']);
    },
  },
  11: {
    given: (stage) =>
      secondFirst(stage, { ports: PORTS.slice(0, 1) }, { ports: [{ name: 'tcp', protocol: 'TCP', port: 43 }] }),
    check: async (stage) => {
      await bothSay(stage, 'PortConflict', 'ports');
      for (const ports of await portsIn(stage)) assert.deepEqual(ports, ['tcp TCP 42']);
    },
  },
  14: {
    given: async (stage) => {
      await stage.service(stage.member(0), { type: 'ExternalName', externalName: 'example.org', selector: undefined });
      await stage.export(stage.member(0));
    },
    check: async (stage) => {
      await stage.condition(stage.member(0), 'Valid', 'False/InvalidServiceType');
      for (const member of stage.target.members) assert.equal(await stage.findImport(member), undefined);
    },
  },
  15: {
    given: (stage) => secondFirst(stage, {}, HEADLESS),
    check: async (stage) => {
      await bothSay(stage, 'TypeConflict', 'type');
      for (const member of stage.target.members) {
        const found = await stage.import(member, 'of both', (one) => one.status?.clusters?.length === 2);
        assert.equal(found.spec.type, 'ClusterSetIP');
      }
    },
  },
};
