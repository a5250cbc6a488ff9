import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setSysctls } from '#host/index.ts';
import { HOOKS } from '#kernel/index.ts';
import { stage } from '#kernel/testing/stage.ts';
import type { MachineFacts } from '#explain/index.ts';

const MODULE = fileURLToPath(new URL('machine-facts.ts', import.meta.url));

test('facts are those of the namespace and cgroup asked about', async (t) => {
  const on = await stage();
  t.after(() => on[Symbol.asyncDispose]());
  const { name, netns, cgroup } = on.arena;
  const ip = (...args: string[]) => execFileSync('ip', ['-n', name, ...args]);
  ip('link', 'add', 'wan0', 'mtu', '1400', 'type', 'bridge');
  ip('link', 'set', 'wan0', 'up');
  ip('address', 'add', '198.51.100.1/24', 'dev', 'wan0');
  ip('route', 'add', 'fd00:51::/64', 'dev', 'wan0');
  await on.servers.serveTcp('127.0.0.1', 10_007);

  await setSysctls({ 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.wan0.rp_filter': '1' }, { namespace: name });
  const program = `import { machineFacts } from '${MODULE}';
    console.log(JSON.stringify(await machineFacts({ cgroup: '${cgroup}', gatewayDevice: 'wan0' })));`;
  const text = execFileSync('nsenter', [`--net=${netns}`, process.execPath, '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  const facts = JSON.parse(text) as MachineFacts;

  const routes = facts.routes.filter(({ device, range }) => device === 'wan0' && !range.startsWith('fe80'));
  assert.deepEqual(routes, [
    { range: '198.51.100.0/24', device: 'wan0' },
    { range: 'fd00:51::/64', device: 'wan0' },
  ]);
  assert.ok(facts.ports.some(({ port, protocol }) => port === 10_007 && protocol === 'tcp'));
  assert.deepEqual([facts.forwards, facts.rpFilter['wan0'], facts.lacking], [{ IPv4: true, IPv6: false }, 1, []]);
  assert.equal(facts.devices.find((device) => device.name === 'wan0')?.mtu, 1400);
  for (const known of [facts.kernel, facts.btf, facts.libbpf, facts.cgroup, facts.bpffs]) assert.ok('value' in known);
  // No agent has registered these: they are somebody else's.
  const hooks = facts.foreign && 'value' in facts.foreign ? facts.foreign.value.map(({ hook }) => hook) : [];
  assert.deepEqual(hooks.toSorted(), HOOKS.toSorted());
});
