import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChecks } from './check.ts';
import { CHECKS } from './checks.ts';
import type { ClusterFacts, Facts, MachineFacts } from './facts.ts';

const machine: MachineFacts = {
  kernel: { value: '6.1.0' },
  btf: { value: '/sys/kernel/btf/vmlinux' },
  libbpf: { value: 'v1.1' },
  cgroup: { value: '/sys/fs/cgroup' },
  bpffs: { value: '/sys/fs/bpf' },
  lacking: [],
  foreign: { value: [] },
  failures: [],
  ports: [{ port: 22, protocol: 'tcp' }],
  routes: [{ range: '192.0.2.0/24', device: 'eth0' }],
  forwards: { IPv4: true, IPv6: true },
  localPorts: { first: 32_768, last: 60_999 },
  rpFilter: { eth0: 2 },
  devices: [
    { name: 'lo', mtu: 65_536 },
    { name: 'eth0', mtu: 1500 },
  ],
  gatewayDevice: 'eth0',
};

const cluster: ClusterFacts = {
  version: 'v1.36.1',
  skewMs: -400,
  ranges: [{ what: 'pods', range: '10.244.0.0/16' }],
  unread: [],
  versions: { 'member east': '0.1.0', 'agent n1': '0.1.0' },
  vips: ['240.10.1.7', 'fd00:240::107'],
};

function factsWith(change: Partial<MachineFacts> = {}, inCluster: Partial<ClusterFacts> = {}): Facts {
  const wanted = {
    vipRanges: ['240.10.0.0/16', 'fd00:240::/112'],
    lanePorts: { first: 10_000, last: 14_999 },
    snatPorts: { first: 15_000, last: 29_999 },
    probePort: 9959,
    version: '0.1.0',
  };
  return { wanted, machine: { ...machine, ...change }, cluster: { value: { ...cluster, ...inCluster } } };
}

/** Checks that are not ok, as `name result`. */
const bad = (facts: Facts) =>
  runChecks(CHECKS, facts).flatMap(({ name, result }) => (result === 'ok' ? [] : `${name} ${result}`));

test('a fit machine in a fit cluster passes every check', () => {
  const results = runChecks(CHECKS, factsWith());
  assert.equal(results.length, CHECKS.length);
  assert.deepEqual(bad(factsWith()), []);
});

const problem = { problem: 'use Linux 5.15: Linux 6.1 or newer is needed', hint: 'Debian 12 has one' };
const WRONG: readonly (readonly [fact: string, told: string, Partial<MachineFacts>, Partial<ClusterFacts>?])[] = [
  ['a kernel that is too old', 'kernel fail', { kernel: problem }],
  ['no type information', 'btf fail', { btf: problem }],
  ['no libbpf', 'libbpf fail', { libbpf: problem }],
  ['no cgroup v2', 'cgroup fail', { cgroup: problem }],
  ['no BPF filesystem', 'bpf-filesystem fail', { bpffs: problem }],
  ['a capability that is missing', 'privileges fail', { lacking: ['CAP_BPF'] }],
  [
    'a foreign program at a hook',
    'foreign-programs warn',
    { foreign: { value: [{ hook: 'connect4', programs: ['cil_sock4_connect'] }] } },
  ],
  ['a cgroup that is not there', 'foreign-programs fail', { foreign: problem }],
  [
    'an agent that could not start',
    'agents fail',
    { failures: [{ agent: 'east/n1', at: '2026-01-01T00:00:00.000Z', message: 'load connect4: refused\nand so on' }] },
  ],
  ['forwarding that is off', 'ip-forward fail', { forwards: { IPv4: false, IPv6: true } }],
  ['forwarding of IPv6 that is off', 'ip-forward fail', { forwards: { IPv4: true, IPv6: false } }],
  ['strict reverse path filtering', 'rp-filter warn', { rpFilter: { eth0: 2, eth1: 1 } }],
  ['pods with larger packets', 'mtu warn', { devices: [...machine.devices, { name: 'pods0', mtu: 9000 }] }],
  ['a device for packets too small for IPv6', 'mtu fail', { devices: [{ name: 'eth0', mtu: 1000 }] }],
  ['a gateway device that is not there', 'mtu fail', { gatewayDevice: 'wan0' }],
  ['a socket on a lane port', 'lane-ports warn', { ports: [{ port: 14_999, protocol: 'udp' }] }],
  ['a socket on the probe port', 'probe-port warn', { ports: [{ port: 9959, protocol: 'udp' }] }],
  ['local ports that gateways use', 'local-ports fail', { localPorts: { first: 1024, last: 65_535 } }],
  ['local ports among which the probe port is', 'local-ports warn', { localPorts: { first: 9000, last: 9999 } }],
  ['a route into the VIP range', 'vip-range fail', { routes: [{ range: '240.0.0.0/8', device: 'tun0' }] }],
  ['services in the VIP range', 'vip-range fail', {}, { ranges: [{ what: 'services', range: '240.10.5.0/24' }] }],
  ['an IPv6 route into the VIP range', 'vip-range fail', { routes: [{ range: 'fd00::/16', device: 'tun0' }] }],
  ['IPv6 pods in the VIP range', 'vip-range fail', {}, { ranges: [{ what: 'pods', range: 'fd00:240::/64' }] }],
  ['an IPv6 node in the VIP range', 'vip-range fail', {}, { ranges: [{ what: 'nodes', range: 'fd00:240::7/128' }] }],
  ['imports with addresses of another range', 'vip-range warn', {}, { vips: ['240.10.1.7', 'fd00:99::7'] }],
  [
    'nodes among substitute addresses',
    'substitute-ranges warn',
    {},
    { ranges: [{ what: 'nodes', range: '241.0.0.7/32' }] },
  ],
  ['an old API server', 'api-server warn', {}, { version: 'v1.28.3' }],
  ['credentials that may not list nodes', 'api-server warn', {}, { unread: ['nodes'] }],
  ['clocks 20 s apart', 'clock warn', {}, { skewMs: 20_000 }],
  ['clocks 90 s apart', 'clock fail', {}, { skewMs: -90_000 }],
  ['members of several versions', 'versions warn', {}, { versions: { 'member west': '0.2.0' } }],
  ['an agent of the version before', 'versions warn', {}, { versions: { 'agent n1': '0.0.9' } }],
  ['a member two versions ahead', 'versions fail', {}, { versions: { 'member west': '0.3.0' } }],
  ['a member of another major version', 'versions fail', {}, { versions: { 'member west': '1.1.0' } }],
];

for (const [fact, told, change, inCluster] of WRONG) {
  test(`${fact}: ${told}, and nothing else`, () => {
    assert.deepEqual(bad(factsWith(change, inCluster)), [told]);
  });
}

test('a finding names what it found, says what to do and where it is explained', () => {
  const [found] = runChecks(CHECKS, factsWith({ kernel: problem }));
  assert.deepEqual(found, {
    name: 'kernel',
    result: 'fail',
    message: problem.problem,
    hint: problem.hint,
    doc: 'docs/checks.md#kernel',
  });
});

test('a cluster without IPv6 needs neither its forwarding nor its packet size', () => {
  const facts = factsWith(
    { forwards: { IPv4: true, IPv6: false }, devices: [{ name: 'eth0', mtu: 1000 }] },
    { vips: [] },
  );
  const alone = { ...facts, wanted: { ...facts.wanted, vipRanges: ['240.10.0.0/16'] } };
  assert.deepEqual(bad(alone), ['mtu warn']);
});

test('a probe port is refused where other traffic comes, and not where a TCP socket listens', () => {
  const judged = (probePort: number, change: Partial<MachineFacts> = {}) => {
    const facts = factsWith(change);
    return runChecks(CHECKS, { ...facts, wanted: { ...facts.wanted, probePort } })
      .filter(({ name }) => name === 'probe-port')
      .map(({ result, message }) => `${result}: ${message}`);
  };
  assert.deepEqual(
    [10_000, 29_999, 31_000].flatMap((port) => judged(port)),
    [
      'fail: 10000: lane ports are 10000-14999',
      'fail: 29999: ports of translated sources are 15000-29999',
      'fail: 31000: NodePorts are 30000-32767',
    ],
  );
  assert.deepEqual(judged(9959, { ports: [{ port: 9959, protocol: 'tcp' }] }), ['ok: 9959/udp is free']);
});

test('an API server that does not answer is told once, and without one its checks are left out', () => {
  const silent = { ...factsWith(), cluster: { problem: 'get /version at https://192.0.2.1: refused' } };
  assert.deepEqual(bad(silent), ['api-server fail']);
  const { cluster: _, ...alone } = factsWith();
  const names = runChecks(CHECKS, alone).map(({ name }) => name);
  assert.deepEqual(
    ['api-server', 'clock', 'versions'].filter((name) => names.includes(name)),
    [],
  );
});
