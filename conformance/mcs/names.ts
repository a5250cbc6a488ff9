/** What names and slices say: behaviours 21 to 27. */
import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import { type EndpointSlice, SERVICES, type Service } from '#api/index.ts';
import type { Case } from './cases.ts';
import { eventually, HEADLESS, type Stage } from './stage.ts';
import type { Lookup, McsMember, RecordType } from './target.ts';

const HOSTS = ['hello-0', 'hello-1'];

async function exportedPod(stage: Stage): Promise<void> {
  await Promise.all([stage.deployment(stage.member(0)), stage.service(stage.member(0))]);
  await stage.export(stage.member(0));
}

async function exportedHosts(stage: Stage): Promise<void> {
  const member = stage.member(0);
  await stage.service(member, HEADLESS);
  await Promise.all(HOSTS.map((host) => stage.host(member, host)));
  await stage.export(member);
}

function answer(stage: Stage, member: McsMember, name: string, type: RecordType, count: number): Promise<Lookup> {
  return eventually(
    `${count} ${type} of ${name} in ${member.name}`,
    () => stage.target.lookup(member, name, type),
    ({ status, records }) => status === 'NOERROR' && records.length === count,
  );
}

/** Addresses of the pods as their own cluster has them. */
async function ownAddresses(stage: Stage): Promise<string[]> {
  const slices = await eventually(
    'pods of the exporter',
    () => stage.ownSlices(stage.member(0)),
    (all) => readyIn(all).length === HOSTS.length,
  );
  return readyIn(slices).toSorted();
}

function readyIn(slices: readonly EndpointSlice[]): string[] {
  return slices.flatMap(({ endpoints }) =>
    endpoints.filter((one) => one.conditions?.ready).flatMap((one) => one.addresses),
  );
}

export const nameCases: Readonly<Record<number, Case>> = {
  21: {
    given: exportedPod,
    check: async (stage) => {
      const source = stage.member(0).name;
      for (const member of stage.target.members) {
        const { spec } = await stage.import(member, 'of the exporter');
        for (const family of spec.ipFamilies ?? []) {
          const slices = await eventually(
            `slice of ${family} in ${member.name}`,
            () => stage.slices(member, source),
            (all) => all.some(({ addressType, endpoints }) => addressType === family && endpoints.length > 0),
          );
          for (const { metadata } of slices) {
            const { 'endpointslice.kubernetes.io/managed-by': manager, ...labels } = metadata.labels ?? {};
            assert.ok(manager && manager !== 'endpointslice-controller.k8s.io');
            assert.equal(
              labels['kubernetes.io/service-name'],
              undefined,
              'nobody takes it for a slice of the local Service',
            );
          }
        }
      }
      await stage.unexport(stage.member(0));
      for (const member of stage.target.members)
        await eventually(
          `no slice in ${member.name}`,
          () => stage.slices(member, source),
          (all) => all.length === 0,
        );
    },
  },
  22: {
    given: exportedPod,
    check: async (stage) => {
      for (const member of stage.target.members) {
        const { ips = [] } = (await stage.import(member, 'with addresses', (one) => one.spec.ips !== undefined)).spec;
        const four = ips.filter(isIPv4);
        assert.deepEqual((await answer(stage, member, stage.name, 'A', four.length)).records, four);
        const six = ips.filter((ip) => !isIPv4(ip));
        const found = await stage.target.lookup(member, stage.name, 'AAAA');
        assert.deepEqual(
          found,
          six.length > 0 ? { status: 'NOERROR', records: six } : { status: 'NODATA', records: [] },
        );
      }
    },
  },
  23: {
    given: exportedPod,
    check: async (stage) => {
      for (const member of stage.target.members) {
        assert.deepEqual((await answer(stage, member, stage.name, 'SRV', 1)).records, [`${stage.name}:42`]);
        for (const port of ['_tcp._tcp', '_udp._udp'])
          assert.deepEqual((await answer(stage, member, `${port}.${stage.name}`, 'SRV', 1)).records, [
            `${stage.name}:42`,
          ]);
      }
    },
  },
  24: {
    given: exportedPod,
    check: async (stage) => {
      const member = stage.member(0);
      await stage.import(member, 'of the exporter');
      const service = await member.client.get<Service>(SERVICES, { namespace: stage.namespace, name: 'hello' });
      const name = `hello.${stage.namespace}.svc.cluster.local`;
      assert.deepEqual((await answer(stage, member, name, 'A', 1)).records, [service.spec?.clusterIP]);
    },
  },
  25: {
    given: exportedHosts,
    check: async (stage) => {
      const own = await ownAddresses(stage);
      const [home, ...others] = stage.target.members;
      assert.deepEqual((await answer(stage, home ?? assert.fail(), stage.name, 'A', own.length)).records, own);
      const elsewhere = [];
      for (const member of others) elsewhere.push((await answer(stage, member, stage.name, 'A', own.length)).records);
      if (stage.target.disjoint) for (const records of elsewhere) assert.deepEqual(records, own);
      else {
        for (const records of elsewhere) assert.deepEqual(records, elsewhere[0], 'the same in every importer');
        assert.ok(
          elsewhere[0]?.every((address) => !own.includes(address)),
          'no address of a pod',
        );
      }
    },
  },
  26: {
    given: exportedHosts,
    check: async (stage) => {
      const source = stage.member(0).name;
      for (const member of stage.target.members) {
        const [slice, ...more] = await eventually(
          `both hosts in ${member.name}`,
          () => stage.slices(member, source),
          ([one]) => one?.endpoints.filter(({ conditions }) => conditions?.ready).length === HOSTS.length,
        );
        assert.deepEqual(more, []);
        assert.deepEqual(slice?.endpoints.map(({ hostname }) => hostname).toSorted(), HOSTS);
        for (const { hostname = '', addresses } of slice?.endpoints ?? []) {
          const name = `${hostname}.${source}.${stage.name}`;
          assert.deepEqual((await answer(stage, member, name, 'A', 1)).records, addresses);
          for (const protocol of ['http', 'udp']) {
            const answers = await eventually(
              `${protocol} from ${name} to ${member.name}`,
              () => stage.target.call(member, `${protocol}://${name}:42`, 2),
              ({ failed }) => failed === 0,
            );
            assert.deepEqual(Object.keys(answers.pods), [`${source}/${hostname}`], 'that very pod');
          }
        }
      }
    },
  },
  27: {
    given: exportedHosts,
    check: async (stage) => {
      const source = stage.member(0).name;
      for (const member of stage.target.members) {
        const { records } = await answer(stage, member, stage.name, 'SRV', HOSTS.length);
        assert.deepEqual(
          records,
          HOSTS.map((host) => `${host}.${source}.${stage.name}:42`),
        );
      }
    },
  },
};
