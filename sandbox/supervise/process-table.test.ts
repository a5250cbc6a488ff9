import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUILT_IN, readTopology } from '#sandbox/topology/index.ts';
import { processTable } from './process-table.ts';
import { statePaths } from './state.ts';

const topology = readTopology(BUILT_IN['default'] ?? '', 'default');
const table = processTable('box', topology, statePaths('box'), '/cg');
const argsOf = (name: string) => table.find((it) => it.name === name)?.args ?? assert.fail(`no ${name}`);

test('every cluster has an API server, a member, a kubelet, a DNS and an agent on every node', () => {
  const names = table.map(({ name }) => name).filter((name) => name.includes('cluster-2'));
  assert.deepEqual(names.toSorted(), [
    'agent/cluster-2/node-1',
    'agent/cluster-2/node-2',
    'apiserver/cluster-2',
    'cluster-dns/cluster-2',
    'kubelet/cluster-2',
    'member/cluster-2',
  ]);
});

test('an agent is told its own node, cgroup, pins and addresses', () => {
  assert.deepEqual(
    argsOf('agent/cluster-2/node-1').join(' ').replaceAll('/run/sealane/box', 'RUN'),
    [
      'agent --cluster cluster-2 --node-name node-1 --kubeconfig RUN/kubeconfig.d/cluster-2.agent-node-1',
      '--cgroup /cg/sealane-box/cluster-2/node-1/pods --pin-dir /sys/fs/bpf/sealane/box/cluster-2-node-1',
      '--role node,gateway --gateway-address 172.30.77.21 --gateway-device wan0',
      '--cluster-dns 10.96.0.10 --upstream-dns 10.77.0.1 --service-proxy true',
      '--state-dir RUN/agent/cluster-2.node-1 --vip-range 240.10.0.0/16 --lane-ports 10000-14999',
    ].join(' '),
  );
});

test('a node that is no gateway is not told to be one', () => {
  const some = readTopology('clusters: [{name: a, gateways: [node-2]}]', 't');
  const roles = processTable('box', some, statePaths('box'), '/cg')
    .filter(({ args }) => args[0] === 'agent')
    .map(({ args }) => args[args.indexOf('--role') + 1]);
  assert.deepEqual(roles, ['node', 'node,gateway']);
});

test('API servers alone are started first', () => {
  const first = table.filter(({ stage }) => stage === 'api').map(({ name }) => name);
  assert.deepEqual(first, ['apiserver/hub', 'apiserver/cluster-1', 'apiserver/cluster-2', 'apiserver/cluster-3']);
});
