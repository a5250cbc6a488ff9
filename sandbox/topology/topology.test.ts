import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatRange, isFault, type Range } from '#kit/index.ts';
import {
  BUILT_IN,
  checkName,
  hostLink,
  namespaces,
  planNetwork,
  readTopology,
  savedTopology,
  topologyText,
} from './index.ts';

const topology = readTopology(BUILT_IN['default'] ?? '', 'default');

const podRangesOf = ({ podRanges }: { podRanges: readonly Range[] }) => podRanges.map(formatRange);

function problemsOf(text: string): readonly string[] {
  try {
    readTopology(text, 't.yaml');
  } catch (error) {
    const { code, fields } = error as { code: string; fields: { problems: readonly string[] } };
    assert.equal(code, 'sandbox/bad-topology');
    return fields.problems;
  }
  return assert.fail('was taken');
}

test('by default three clusters of two nodes use the same pod and service ranges', () => {
  assert.deepEqual(
    topology.clusters.map(({ name }) => name),
    ['cluster-1', 'cluster-2', 'cluster-3'],
  );
  assert.deepEqual(new Set(topology.clusters.map(podRangesOf).flat()), new Set(['10.244.0.0/16']));
  assert.ok(topology.clusters.every(({ nodes, transport }) => nodes.length === 2 && transport === 'Plain'));
});

test('nodes get the addresses that the documentation says', () => {
  const [, second] = topology.clusters[1]?.nodes ?? [];
  assert.deepEqual(topology.clusters[1]?.wanAddresses, ['172.30.77.20']);
  assert.deepEqual(second?.wanAddresses, ['172.30.77.22']);
  assert.deepEqual(second?.lanAddresses, ['10.77.0.12']);
  assert.deepEqual(second && podRangesOf(second), ['10.244.2.0/24']);
  assert.deepEqual(topology.clusters[1]?.dnsAddresses, ['10.96.0.10']);
});

test('no route leads from one cluster’s pods to another’s', () => {
  for (const { namespace, lines } of planNetwork('sealane', topology).inside) {
    const strangers = lines.filter((line) => line.startsWith('route add 10.244') && line.includes('172.30'));
    assert.deepEqual(strangers, [], namespace);
  }
});

test('the disjoint topology has a pod range for each cluster', () => {
  const ranges = readTopology(BUILT_IN['disjoint'] ?? '', 'disjoint')
    .clusters.map(podRangesOf)
    .flat();
  assert.deepEqual(ranges, ['10.244.0.0/16', '10.245.0.0/16', '10.246.0.0/16']);
});

test('with both families every place has an address of each, with the same digits', () => {
  const dual = readTopology(BUILT_IN['dual-stack'] ?? '', 'dual-stack');
  const [first] = dual.clusters;
  const [, second] = first?.nodes ?? [];
  assert.deepEqual(dual.hub.wanAddresses, ['172.30.77.2', 'fd00:172:30:77::2']);
  assert.deepEqual(second?.wanAddresses, ['172.30.77.12', 'fd00:172:30:77::12']);
  assert.deepEqual(second?.lanAddresses, ['10.77.0.12', 'fd00:10:77::12']);
  assert.deepEqual(second && podRangesOf(second), ['10.244.2.0/24', 'fd00:10:244:2::/64']);
  assert.deepEqual(first?.dnsAddresses, ['10.96.0.10', 'fd00:10:96::10']);
});

test('with IPv6 only nothing has an IPv4 address', () => {
  const six = readTopology(BUILT_IN['ipv6-only'] ?? '', 'ipv6-only');
  const plan = planNetwork('sealane', six);
  const lines = [...plan.links, ...plan.inside.flatMap((it) => it.lines), ...plan.filters.map(({ script }) => script)];
  assert.deepEqual(
    lines.filter((line) => /\d+\.\d+\.\d+\.\d+/.test(line)),
    [],
  );
});

test('clusters of different families meet on a WAN that has all of them', () => {
  const mixed = readTopology(
    'clusters:\n  - {name: a, families: [IPv4]}\n  - {name: b, families: [IPv6, IPv4]}\n',
    't',
  );
  assert.deepEqual(
    mixed.clusters.map(({ wanAddresses }) => wanAddresses),
    [['172.30.77.10'], ['fd00:172:30:77::20', '172.30.77.20']],
  );
});

test('a saved topology is read as it was', () => {
  for (const [name, text] of Object.entries(BUILT_IN)) {
    const read = readTopology(text, name);
    assert.deepEqual(savedTopology(topologyText(read)), read, name);
  }
});

test('every name of a link has at most 15 characters', () => {
  const most = readTopology(
    `clusters: [${Array.from({ length: 24 }, (_, i) => `{name: island-${i}, nodes: 9}`).join(', ')}]`,
    't',
  );
  const lines = planNetwork('a'.repeat(15), most).links.join(' ');
  for (const [, name = ''] of lines.matchAll(/name (\S+)/g)) assert.ok(name.length <= 15, name);
  assert.notEqual(hostLink('one'), hostLink('two'));
});

const wrong: Record<string, [text: string, problem: RegExp]> = {
  'an unknown field is named with its place': [
    'clusters:\n  - name: a\n    nodez: 2\n',
    /^t\.yaml:3:5: clusters\[0\]\.nodez: unknown field; known are .*nodes/,
  ],
  'an unknown field at the top is named': [
    'cluster: []\nclusters: [{name: a}]',
    /^t\.yaml:1:1: cluster: unknown field/,
  ],
  'a wrong type says what was met': [
    'clusters:\n  - {name: a, nodes: two}',
    /^t\.yaml:2:15: clusters\[0\]\.nodes: must be a number, not "two"/,
  ],
  'too many nodes': ['clusters: [{name: a, nodes: 10}]', /must be from 1 to 9, not 10/],
  'no cluster at all': ['clusters: []', /at least one cluster/],
  'an empty file': ['', /must be a map of fields, not null/],
  'a list instead of a map': ['- a\n', /must be a map of fields/],
  'a cluster without a name': ['clusters:\n  - nodes: 1\n', /^t\.yaml:2:5: clusters\[0\]: name is missing/],
  'a name that is no DNS label': ['clusters: [{name: Cluster_1}]', /"Cluster_1" is not a DNS label/],
  'a name that is too long': [`clusters: [{name: ${'a'.repeat(31)}}]`, /31 characters long, at most 30/],
  'a name the sandbox uses itself': ['clusters: [{name: hub}]', /"hub" is a name the sandbox uses itself/],
  'one name twice': [
    'clusters:\n  - name: a\n  - name: a\n',
    /^t\.yaml:3:5: clusters\[1\]\.name: "a" is the name of clusters\[0\] already/,
  ],
  'a range with host bits': [
    'podRange: 10.244.1.0/16\nclusters: [{name: a}]',
    /^t\.yaml:1:1: podRange: .*did you mean 10\.244\.0\.0\/16/,
  ],
  'a range too small for nine nodes': [
    'podRange: 10.244.0.0/24\nclusters: [{name: a}]',
    /between \/8 and \/20, not \/24/,
  ],
  'ranges of one cluster in each other’s way': [
    'clusters: [{name: a, serviceRange: 10.244.0.0/16}]',
    /podRange 10\.244\.0\.0\/16 overlaps serviceRange/,
  ],
  'IPv6 ranges in each other’s way': [
    'families: IPv6\nclusters: [{name: a, serviceRange: "fd00:10:244:7::/112"}]',
    /podRange fd00:10:244::\/56 overlaps serviceRange fd00:10:244:7::\/112/,
  ],
  'an IPv6 range too small for nine nodes': [
    'families: IPv6\npodRange: "fd00::/64"\nclusters: [{name: a}]',
    /^t\.yaml:2:1: podRange: must be between \/16 and \/60, not \/64/,
  ],
  'a family without a range': [
    'families: [IPv4, IPv6]\nclusters:\n  - {name: a, podRange: 10.244.0.0/16}',
    /^t\.yaml:3:15: clusters\[0\]\.podRange: has no IPv6 range, but the families are IPv4, IPv6/,
  ],
  'a range of a family that no cluster has': [
    'serviceRange: [10.96.0.0/16, "fd00:96::/112"]\nclusters: [{name: a}]',
    /^t\.yaml:1:1: serviceRange: has an IPv6 range, but the families are IPv4/,
  ],
  'a WAN that lacks a family of a cluster': [
    'wan: 10.1.1.0/24\nclusters: [{name: a, families: IPv6}]',
    /wan: has no IPv6 range/,
  ],
  'two ranges of one family': [
    'podRange: [10.244.0.0/16, 10.245.0.0/16]\nclusters: [{name: a}]',
    /podRange: has more than one IPv4 range/,
  ],
  'a family that is none': ['families: IPv5\nclusters: [{name: a}]', /must be one of IPv4, IPv6, not "IPv5"/],
  'one family twice': ['families: [IPv4, IPv4]\nclusters: [{name: a}]', /must name IPv4, IPv6 or both/],
  'a gateway that is no node': ['clusters: [{name: a, gateways: [node-3]}]', /"node-3" is not one of its 2 nodes/],
  'an unknown transport': [
    'transport: Pigeon\nclusters: [{name: a}]',
    /must be one of Plain, WireGuard, MTLS, not "Pigeon"/,
  ],
  'lane ports the wrong way round': ['lanePorts: 2000-1000\nclusters: [{name: a}]', /must be two ports/],
  'text that is no YAML': ['clusters: [\n  {name: a\n', /^t\.yaml:\d+:\d+: /],
};

for (const [name, [text, problem]] of Object.entries(wrong)) {
  test(`refused: ${name}`, () => assert.match(problemsOf(text).join('\n'), problem));
}

test('every problem of a file is reported, not only the first', () => {
  assert.equal(problemsOf('wat: 1\nclusters:\n  - {name: A}\n  - {name: b, nodes: 0}\n').length, 3);
});

test('a sandbox’s name never begins another one’s names', () => {
  for (const name of ['my-box', 'Box', '', '1box', 'a'.repeat(16)]) {
    assert.throws(() => checkName(name), { code: 'sandbox/bad-name' }, name);
  }
  assert.equal(namespaces.node(checkName('box'), 'cluster-1', 'node-2'), 'box-cluster-1-node-2');
});

test('a topology that was spoilt is read or refused with its problems', () => {
  const text = BUILT_IN['default'] ?? '';
  const mark = fc.constantFrom('*x', '&x ', ': ', '- ', '{', ']', '<<: ', '\n', '10.0.0.0/99', '-1', '1e99', 'null');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(text.length), fc.oneof(mark, fc.string()), fc.nat(20)), { maxLength: 4 }),
      (cuts) => {
        const spoilt = cuts.reduce((now, [at, put, gone]) => now.slice(0, at) + put + now.slice(at + gone), text);
        try {
          assert.ok(readTopology(spoilt, 'x').clusters.length > 0);
        } catch (error) {
          assert.ok(isFault(error, 'sandbox/bad-topology'), String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
