import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePort, type Exporter, type PolicySpec, shareCounts, trafficPolicy } from '#plan/index.ts';
import {
  type KernelBackend,
  type KernelService,
  renderTrace,
  trace,
  type TraceInput,
  type WantedService,
} from './index.ts';

const at = (cluster: string, ready = 2): Exporter => ({
  cluster,
  region: '',
  zone: '',
  group: '',
  ready,
  total: ready,
  eligible: true,
});
const GATEWAYS: WantedService['backends'] = {
  'cluster-1': [
    { address: '172.30.77.11', port: 10_007 },
    { address: '172.30.77.12', port: 10_007 },
  ],
  'cluster-3': [{ address: '172.30.77.31', port: 10_107 }],
};

function wantedBy(spec: PolicySpec, exporters = [at('cluster-1'), at('cluster-3')]): WantedService {
  const compiled = compilePort({ self: 'cluster-2', calledAs: 'ClusterSet', policy: trafficPolicy(spec), exporters });
  return { namespace: 'httpbin', name: 'httpbin', portName: 'http', compiled, backends: GATEWAYS, drained: [] };
}

/** What the agent would have written. */
const programmed = ({ compiled, backends }: WantedService): KernelService => ({
  index: 12,
  tiers: compiled.compiled.map((tier) => ({
    shares: shareCounts(tier).map(({ cluster, weight }, group) => ({
      cluster,
      group,
      slots: weight,
      backends: backends[cluster] ?? [],
    })),
  })),
});

const active = wantedBy({
  lbType: 'ActiveActive',
  targets: [
    { clusterKey: 'cluster-1', weight: 90 },
    { clusterKey: 'cluster-3', weight: 10 },
  ],
});
const traced = (more: Partial<TraceInput> = {}) =>
  trace({
    caller: { cluster: 'cluster-2', namespace: 'curl', pod: 'curl-x' },
    target: { host: 'httpbin.httpbin', port: 8080, protocol: 'TCP' },
    dns: {
      rcode: 'NOERROR',
      addresses: ['240.10.1.7'],
      name: 'httpbin.httpbin.svc.cluster.local',
      answeredBy: "the node's resolver",
    },
    wanted: active,
    kernel: programmed(active),
    ...more,
  });
const tampered = (change: (kernel: KernelService) => unknown) => {
  const kernel = structuredClone(programmed(active));
  change(kernel);
  return traced({ kernel }).differences;
};
type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };
const share = (kernel: KernelService, i: number) => {
  const found = kernel.tiers[0]?.shares[i];
  assert.ok(found);
  return found as Writable<typeof found>;
};

test('follows a call from its name to the backends', () => {
  const report = traced();
  assert.equal(report.address, '240.10.1.7');
  assert.deepEqual(report.differences, []);
  assert.equal(report.verdict, 'goes to cluster-1 (90 %, 2 backends), cluster-3 (10 %, 1 backend)');
  assert.equal(
    renderTrace(report),
    [
      'cluster-2 curl/curl-x → httpbin.httpbin:8080/TCP',
      "dns      httpbin.httpbin.svc.cluster.local = 240.10.1.7 (the node's resolver)",
      'service  httpbin/httpbin, port http',
      'policy   tier 1: cluster-1 90, cluster-3 10',
      'kernel   service 12',
      '         tier 1  cluster-1  90 %  9 slots  172.30.77.11:10007, 172.30.77.12:10007',
      '                 cluster-3  10 %  1 slot   172.30.77.31:10107',
      'differs  nothing: the kernel holds what plan wants',
      'verdict  goes to cluster-1 (90 %, 2 backends), cluster-3 (10 %, 1 backend)',
    ].join('\n'),
  );
});

test('a backend that was tampered with is a difference', () => {
  assert.deepEqual(
    tampered((kernel) => (share(kernel, 1).backends = [{ address: '10.6.6.6', port: 1 }])),
    [{ path: 'tiers[0].backends.cluster-3', wanted: '172.30.77.31:10107', found: '10.6.6.6:1' }],
  );
});

test('a share that was tampered with is a difference, the same ratio in more slots is none', () => {
  assert.deepEqual(
    tampered((kernel) => (share(kernel, 1).slots = 9)),
    [
      { path: 'tiers[0].shares.cluster-1', wanted: '9 of 10 slots', found: '1 of 2 slots' },
      { path: 'tiers[0].shares.cluster-3', wanted: '1 of 10 slots', found: '1 of 2 slots' },
    ],
  );
  assert.deepEqual(
    tampered((kernel) => [0, 1].forEach((i) => (share(kernel, i).slots *= 10))),
    [],
  );
});

test('a group of no known cluster, a tier too many and an entry missing are differences', () => {
  const unknown = tampered((kernel) => (share(kernel, 1).cluster = undefined));
  assert.deepEqual(
    unknown.map(({ path, found }) => [path, found]),
    [
      ['tiers[0].shares.cluster-3', '0 of 10 slots'],
      ['tiers[0].shares.group 1 (of no known cluster)', '1 of 10 slots'],
    ],
  );
  const extra = traced({
    kernel: { ...programmed(active), tiers: [...programmed(active).tiers, ...programmed(active).tiers] },
  });
  assert.deepEqual(extra.differences, [{ path: 'tiers[1]', wanted: 'no tier', found: 'cluster-1, cluster-3' }]);
  const missing = traced({ kernel: undefined });
  assert.deepEqual(missing.differences, [{ path: 'vip', wanted: 'httpbin/httpbin', found: 'no entry' }]);
  assert.match(missing.verdict, /not served by this node's kernel yet/);
  assert.deepEqual(traced({ wanted: undefined }).differences, [
    { path: 'vip', wanted: 'no entry', found: 'service 12' },
  ]);
});

test('a group that should be empty and is, is no difference', () => {
  const wanted = { ...active, backends: { 'cluster-1': GATEWAYS['cluster-1'] ?? [] } };
  const [tier] = programmed(wanted).tiers;
  const shares = (tier?.shares ?? []).map(({ cluster, ...share }) =>
    share.backends.length > 0 ? { cluster, ...share } : share,
  );
  const kernel = { index: 12, tiers: [{ shares }] };
  assert.deepEqual(traced({ wanted, kernel }).differences, []);
  assert.match(renderTrace(traced({ wanted, kernel })), /group 1 \(empty\)/);
  assert.equal(traced({ kernel }).differences.length, 2, 'and one that should not be is');
});

test('says where a call ends that goes nowhere', () => {
  const refused = wantedBy({ lbType: 'Locality' });
  assert.match(
    traced({ wanted: refused, kernel: programmed(refused) }).verdict,
    /^refused: no cluster has a ready endpoint/,
  );
  const noName = traced({ dns: { rcode: 'NXDOMAIN', addresses: [] }, wanted: undefined, kernel: undefined });
  assert.equal(noName.verdict, 'fails before the call: httpbin.httpbin does not resolve (NXDOMAIN)');
  assert.deepEqual(noName.differences, []);
  const foreign = traced({
    dns: undefined,
    target: { host: '192.0.2.1', port: 443, protocol: 'TCP' },
    wanted: undefined,
    kernel: undefined,
  });
  assert.match(foreign.verdict, /left to the cluster's own routing: 192\.0\.2\.1:443\/TCP/);
});

test('goes on to the next tier when the first one has no backend', () => {
  const wanted = wantedBy({ lbType: 'FailOver', targets: [{ clusterKey: 'cluster-1' }, { clusterKey: 'cluster-3' }] });
  const kernel = programmed({ ...wanted, backends: { 'cluster-3': GATEWAYS['cluster-3'] ?? [] } });
  const report = traced({ wanted, kernel });
  assert.equal(report.verdict, 'goes to cluster-3 (100 %, 1 backend)');
  assert.equal(report.differences[0]?.path, 'tiers[0].backends.cluster-1');
});

test("shows the policy's problems", () => {
  const wanted = wantedBy({ lbType: 'ActiveActive', targets: [{ clusterKey: 'nowhere' }] });
  assert.match(
    renderTrace(traced({ wanted, kernel: programmed(wanted) })),
    /problem {2}spec\.targets\[0\]\.clusterKey: no member is called "nowhere"/,
  );
});

test('a backend that the kernel has ejected is shown, and the call does not go there', () => {
  const kernel: KernelService = structuredClone(programmed(active));
  const ejected = (share(kernel, 1).backends[0] ?? assert.fail()) as Writable<KernelBackend>;
  ejected.ejectedSeconds = 4.2;
  const report = traced({ kernel });
  assert.deepEqual(report.differences, []);
  assert.equal(report.verdict, 'goes to cluster-1 (90 %, 2 backends)');
  assert.match(renderTrace(report), /172\.30\.77\.31:10107 \(ejected, 4\.2 s to go\)/);
});

test('a cluster that is drained is named, with what becomes of its old connections', () => {
  const drained = [
    { cluster: 'cluster-1', deadline: '2030-01-31T12:00:00Z' },
    { cluster: 'cluster-3', deadline: '2030-01-31T12:00:00Z', seconds: 30 },
    { cluster: 'cluster-4' },
  ];
  const nobody = { ...wantedBy({ lbType: 'ActiveActive' }, []), drained };
  const report = traced({ wanted: nobody, kernel: programmed(nobody) });
  assert.deepEqual(report.drained, drained);
  assert.match(report.verdict, /^refused: .*; cluster-1 is drained; cluster-3 is drained; cluster-4 is drained$/);
  assert.match(
    renderTrace(report),
    new RegExp(
      [
        '\ndrained  cluster-1: old connections are ended at 2030-01-31T12:00:00Z',
        ' +cluster-3: old connections are ended 30 s after the drain has reached their node, or at 2030-01-31T12:00:00Z',
        ' +cluster-4: old connections end by themselves\n',
      ].join('\n'),
    ),
  );
});
