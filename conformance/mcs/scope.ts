/** Beyond the 27: who may call, namespaces that come and go, and imports that another tool wrote. */
import assert from 'node:assert/strict';
import { NAMESPACES, SERVICE_IMPORTS, type ServiceImport } from '#api/index.ts';
import type { Case } from './cases.ts';
import { eventually, type Stage } from './stage.ts';
import type { McsMember } from './target.ts';

export const SCOPES = [
  ['targets', 'an export to one member is reached from there and from home, and has no name elsewhere'],
  ['later', 'a namespace that is made again has its imports again, and calls are answered'],
  ['foreign', 'where another tool has written the import it is left alone, and calls are answered'],
] as const;

const url = ({ name }: Stage) => `http://${name}:42`;

async function exported(stage: Stage, metadata: object = {}): Promise<void> {
  await Promise.all([stage.deployment(stage.member(0)), stage.service(stage.member(0))]);
  await stage.export(stage.member(0), {}, metadata);
}

async function reached(stage: Stage, from: McsMember): Promise<void> {
  const { clusters } = await eventually(
    `answers to ${from.name}`,
    () => stage.target.call(from, url(stage), 2),
    ({ failed }) => failed === 0,
  );
  assert.deepEqual(Object.keys(clusters), [stage.member(0).name]);
}

export const scopeCases: Readonly<Record<(typeof SCOPES)[number][0], Case>> = {
  targets: {
    given: (stage) => exported(stage, { annotations: { 'sealane.dev/export-to': stage.member(1).name } }),
    check: async (stage) => {
      for (const i of [0, 1]) await reached(stage, stage.member(i));
      const outside = stage.member(2);
      assert.equal((await stage.target.lookup(outside, stage.name, 'A')).status, 'NXDOMAIN');
      assert.equal(await stage.findImport(outside), undefined);
    },
  },
  later: {
    given: exported,
    check: async (stage) => {
      const member = stage.member(1);
      const namespace = { name: stage.namespace };
      await reached(stage, member);
      await member.client.delete(NAMESPACES, namespace);
      await eventually(
        'the namespace to be gone',
        () => member.client.find(NAMESPACES, namespace),
        (found) => found === undefined,
      );
      await eventually(
        'the name to be gone',
        () => stage.target.lookup(member, stage.name, 'A'),
        ({ status }) => status === 'NXDOMAIN',
      );
      await member.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: namespace });
      await reached(stage, member);
    },
  },
  foreign: {
    given: async (stage) => {
      const object: ServiceImport = {
        apiVersion: 'multicluster.x-k8s.io/v1beta1',
        kind: 'ServiceImport',
        metadata: { namespace: stage.namespace, name: 'hello', labels: { 'karmada.io/managed': 'true' } },
        spec: { type: 'ClusterSetIP', ports: [{ port: 9 }], ips: ['192.0.2.9'] },
      };
      await stage.member(1).client.create(SERVICE_IMPORTS, object);
      await exported(stage);
    },
    check: async (stage) => {
      const member = stage.member(1);
      await reached(stage, member);
      const found = await stage.import(member, 'named', ({ status }) => (status?.conditions?.length ?? 0) > 0);
      assert.deepEqual(found.spec.ips, ['192.0.2.9']);
      assert.equal(found.status?.conditions?.[0]?.reason, 'ManagedByKarmada');
    },
  },
};
