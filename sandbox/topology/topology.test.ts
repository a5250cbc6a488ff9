import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRange } from '#kit/index.ts';
import { BUILT_IN, checkName, hostLink, namespaces, planNetwork, readTopology } from './index.ts';

const topology = readTopology(BUILT_IN['default'] ?? '', 'default');

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
  assert.deepEqual(new Set(topology.clusters.map(({ podRange }) => formatRange(podRange))), new Set(['10.244.0.0/16']));
  assert.ok(topology.clusters.every(({ nodes, transport }) => nodes.length === 2 && transport === 'Plain'));
});

test('nodes get the addresses that the documentation says', () => {
  const [, second] = topology.clusters[1]?.nodes ?? [];
  assert.equal(topology.clusters[1]?.wanAddress, '172.30.77.20');
  assert.equal(second?.wanAddress, '172.30.77.22');
  assert.equal(second?.lanAddress, '10.77.0.12');
  assert.equal(second && formatRange(second.podRange), '10.244.2.0/24');
  assert.equal(topology.clusters[1]?.dnsAddress, '10.96.0.10');
});

test('no route leads from one cluster’s pods to another’s', () => {
  for (const { namespace, lines } of planNetwork('sealane', topology).inside) {
    const strangers = lines.filter((line) => line.startsWith('route add 10.244') && line.includes('172.30'));
    assert.deepEqual(strangers, [], namespace);
  }
});

test('the disjoint topology has a pod range for each cluster', () => {
  const ranges = readTopology(BUILT_IN['disjoint'] ?? '', 'disjoint').clusters.map(({ podRange }) =>
    formatRange(podRange),
  );
  assert.deepEqual(ranges, ['10.244.0.0/16', '10.245.0.0/16', '10.246.0.0/16']);
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
