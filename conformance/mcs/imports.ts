/** That imports come and go, and what they take over of the Service: behaviours 1 to 9, 12 and 13. */
import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import type { Case } from './cases.ts';
import { HEADLESS, type Stage } from './stage.ts';

const all = <T>({ target }: Stage, work: (member: Stage['target']['members'][number]) => Promise<T>) =>
  Promise.all(target.members.map(work));

/** Given: the first member exports the Service with these settings. */
function exported(spec: object = {}): Case['given'] {
  return async (stage) => {
    await stage.service(stage.member(0), spec);
    await stage.export(stage.member(0));
  };
}

/** Whatever the exporter's Service says is what every import says. */
function takesOver(spec: Readonly<Record<string, unknown>>): Case {
  return {
    given: exported(spec),
    check: async (stage) => {
      const imports = await all(stage, (member) => stage.import(member, 'of the exporter'));
      for (const found of imports)
        for (const [field, value] of Object.entries(spec))
          assert.deepEqual((found.spec as unknown as Record<string, unknown>)[field], value, field);
    },
  };
}

function comesAndGoes(type: 'ClusterSetIP' | 'Headless', spec: object): Case {
  return {
    given: exported(spec),
    check: async (stage) => {
      const imports = await all(stage, (member) => stage.import(member, 'of the exporter'));
      for (const found of imports) assert.equal(found.spec.type, type);
      await stage.unexport(stage.member(0));
      await all(stage, (member) => stage.gone(member));
    },
  };
}

const EXPORTED = { exportedLabels: { team: 'red' }, exportedAnnotations: { 'example.org/note': 'yes' } };

export const importCases: Readonly<Record<number, Case>> = {
  1: {
    given: async (stage) => {
      for (const member of [stage.member(0), stage.member(1)]) {
        await stage.service(member);
        await stage.export(member);
      }
    },
    check: async (stage) => {
      const exporters = (count: number) =>
        all(stage, (member) =>
          stage.import(member, `${count} exporters`, (one) => one.status?.clusters?.length === count),
        );
      await exporters(2);
      await stage.unexport(stage.member(0));
      const left = await exporters(1);
      for (const found of left) assert.deepEqual(found.status?.clusters, [{ cluster: stage.member(1).name }]);
      await stage.unexport(stage.member(1));
      await all(stage, (member) => stage.gone(member));
    },
  },
  2: {
    given: async (stage) => {
      const own = { labels: { own: 'service' }, annotations: { 'example.org/own': 'service' } };
      await stage.service(stage.member(0), {}, own);
      await stage.export(stage.member(0), EXPORTED, {
        labels: { own: 'export' },
        annotations: { 'example.org/own': 'export' },
      });
    },
    check: async (stage) => {
      for (const { metadata } of await all(stage, (member) => stage.import(member, 'of the exporter'))) {
        assert.equal(metadata.labels?.['team'], 'red');
        assert.equal(metadata.labels?.['own'], undefined);
        assert.deepEqual(metadata.annotations, { 'example.org/note': 'yes' });
      }
    },
  },
  3: {
    given: async (stage) => {
      await stage.service(stage.member(0));
      await stage.service(stage.member(1));
      await stage.export(stage.member(0), EXPORTED);
    },
    check: async (stage) => {
      await stage.condition(stage.member(0), 'Ready', 'True/Exported');
      await stage.export(stage.member(1), {
        exportedLabels: { team: 'blue', more: 'yes' },
        exportedAnnotations: { 'example.org/note': 'no' },
      });
      for (const i of [0, 1]) {
        const message = await stage.condition(stage.member(i), 'Conflict', 'True/LabelsConflict,AnnotationsConflict');
        assert.match(message, new RegExp(`exportedLabels: ${stage.member(0).name} .*wins.* ${stage.member(1).name} `));
      }
      for (const { metadata } of await all(stage, (member) =>
        stage.import(member, 'of both', (one) => one.status?.clusters?.length === 2),
      )) {
        assert.equal(metadata.labels?.['team'], 'red');
        assert.equal(metadata.labels?.['more'], undefined, 'the whole map is the winner’s');
        assert.deepEqual(metadata.annotations, { 'example.org/note': 'yes' });
      }
    },
  },
  4: comesAndGoes('ClusterSetIP', {}),
  5: takesOver({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 77 } } }),
  6: takesOver({ internalTrafficPolicy: 'Local' }),
  7: takesOver({ trafficDistribution: 'PreferClose' }),
  8: {
    given: exported(),
    check: async (stage) => {
      for (const { spec } of await all(stage, (member) => stage.import(member, 'of the exporter'))) {
        const { ips = [], ipFamilies = [] } = spec;
        assert.ok(ipFamilies.length > 0);
        const familyOf = (ip: string) => (isIPv4(ip) ? 'IPv4' : isIPv6(ip) ? 'IPv6' : 'none');
        assert.deepEqual(ips.map(familyOf), ipFamilies);
      }
    },
  },
  9: {
    given: exported({
      ports: [
        { name: 'http', protocol: 'TCP', port: 42, targetPort: 8042, appProtocol: 'http' },
        { name: 'udp', protocol: 'UDP', port: 42 },
        { name: 'sctp', protocol: 'SCTP', port: 142 },
      ],
    }),
    check: async (stage) => {
      for (const { spec, status } of await all(stage, (member) =>
        stage.import(member, 'judged', (one) => one.status?.conditions !== undefined),
      )) {
        assert.deepEqual(spec.ports, [
          { name: 'http', protocol: 'TCP', port: 42, appProtocol: 'http' },
          { name: 'udp', protocol: 'UDP', port: 42 },
          { name: 'sctp', protocol: 'SCTP', port: 142 },
        ]);
        assert.match(status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '', /SCTP.* 142/);
      }
    },
  },
  12: comesAndGoes('Headless', HEADLESS),
  13: {
    given: exported(HEADLESS),
    check: async (stage) => {
      for (const { spec } of await all(stage, (member) => stage.import(member, 'of the exporter'))) {
        assert.equal(spec.ips, undefined);
        assert.ok((spec.ipFamilies ?? []).length > 0);
      }
    },
  },
};
