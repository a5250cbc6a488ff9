import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import {
  capture,
  cgroup2Mount,
  createCgroup,
  createNamespaces,
  deleteNamespaces,
  ensureBpfFileSystem,
  ipBatch,
  ipJson,
  isRunning,
  listMounts,
  namespaceExists,
  nft,
  type ProcessOptions,
  processesIn,
  removeCgroup,
  run,
  setSysctls,
  signalProcess,
  startProcess,
} from './index.ts';

const name = `slt-${process.pid}`;
const cgroup = join(cgroup2Mount(), name);
const folder = mkdtempSync(`/tmp/${name}-`);

await createNamespaces([name]);
after(async () => {
  await deleteNamespaces([name]);
  await removeCgroup(cgroup);
  rmSync(folder, { recursive: true });
});

async function output(options: ProcessOptions): Promise<string> {
  const started = await startProcess(options);
  const said = text(started.stdout ?? assert.fail('not piped'));
  assert.deepEqual(await started.exited, { code: 0, signal: undefined });
  return (await said).trim();
}

test('a process sees the links and addresses of its namespace only, and the /sys of the machine', async () => {
  await ipBatch(['link set lo up', 'link add d0 type bridge', 'addr add 10.9.9.9/24 dev d0', 'link set d0 up'], {
    namespace: name,
  });
  const links = await ipJson<{ ifname: string }>(['link', 'show'], { namespace: name });
  assert.deepEqual(
    links.map(({ ifname }) => ifname),
    ['lo', 'd0'],
  );
  const seen = await output({
    namespace: name,
    command: 'sh',
    args: ['-c', 'grep -c d0: /proc/net/dev; ls -d /sys/fs/cgroup'],
  });
  assert.equal(seen, '1\n/sys/fs/cgroup');
});

test('a process is in its cgroup before its program starts', async () => {
  createCgroup(join(cgroup, 'a'));
  const seen = await output({
    cgroup: join(cgroup, 'a'),
    namespace: name,
    command: 'cat',
    args: ['/proc/self/cgroup'],
  });
  assert.match(seen, new RegExp(`^0::/${name}/a$`, 'm'));
});

test('the process id that is reported is the id of the program itself', async () => {
  createCgroup(join(cgroup, 'b'));
  const binds = [{ source: '/dev/null', target: '/etc/hosts' }];
  const child = await startProcess({
    cgroup: join(cgroup, 'b'),
    namespace: name,
    binds,
    command: 'sleep',
    args: ['60'],
  });
  await until(() => readlinkSync(`/proc/${child.pid}/exe`).endsWith('sleep'));
  assert.deepEqual(processesIn(cgroup), [child.pid]);
  child.signal('SIGKILL');
  assert.deepEqual(await child.exited, { code: undefined, signal: 'SIGKILL' });
});

test('files and host name of its own are seen by the process and by nobody else', async () => {
  const hosts = join(folder, 'hosts');
  writeFileSync(hosts, '10.1.2.3 only-here\n');
  const before = readFileSync('/etc/hosts', 'utf8');
  const seen = await output({
    binds: [{ source: hosts, target: '/etc/hosts' }],
    hostname: 'web-0',
    command: 'sh',
    args: ['-c', 'cat /etc/hosts; uname -n'],
  });
  assert.equal(seen, '10.1.2.3 only-here\nweb-0');
  assert.equal(readFileSync('/etc/hosts', 'utf8'), before);
  assert.ok(!listMounts().some(({ target }) => target === '/etc/hosts'));
});

test('removing a cgroup kills what is in it and below', async () => {
  const path = join(cgroup, 'c', 'd');
  createCgroup(path);
  const child = await startProcess({ cgroup: path, command: 'sleep', args: ['60'] });
  await until(() => processesIn(path).length === 1);
  await removeCgroup(join(cgroup, 'c'));
  assert.ok(!existsSync(path));
  assert.equal((await child.exited).signal, 'SIGKILL');
});

test('a signal goes to the process it was meant for, never to a later one with the same id', async () => {
  const child = await startProcess({ command: 'sleep', args: ['60'] });
  assert.equal(signalProcess({ pid: child.pid, startTime: '1' }, 'SIGKILL'), false);
  assert.equal(signalProcess({ pid: child.pid, startTime: '1' }, 'SIGKILL', { group: true }), false);
  assert.ok(isRunning(child));
  assert.ok(child.signal('SIGKILL'));
  await child.exited;
  assert.ok(!isRunning(child));
  assert.equal(child.signal('SIGKILL'), false);
});

test('a kernel setting of a namespace is not the machine’s', async () => {
  const before = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8');
  await setSysctls({ 'net.ipv4.ip_forward': '1' }, { namespace: name });
  assert.equal(await output({ namespace: name, command: 'cat', args: ['/proc/sys/net/ipv4/ip_forward'] }), '1');
  assert.equal(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'), before);
});

test('packet filter rules land in the namespace', async () => {
  await nft('table ip slt { chain c { type nat hook postrouting priority 100; }; }', { namespace: name });
  const inside = await run('nsenter', [`--net=/run/netns/${name}`, 'nft', 'list', 'tables']);
  assert.equal(inside.trim(), 'table ip slt');
});

test('a command that fails says what it said', async () => {
  await assert.rejects(
    ipBatch(['link add x type nonsense'], { namespace: name }),
    (error: Error & { code: string }) => {
      assert.equal(error.code, 'host/command-failed');
      assert.match(error.message, /^apply "link add x type nonsense" in slt-\d+: /);
      return true;
    },
  );
  await assert.rejects(run('no-such-program', []), { code: 'host/command-missing' });
  assert.equal((await capture('sh', ['-c', 'exit 7'])).code, 7);
});

test('a program that cannot enter its namespace does not run in the machine’s', async () => {
  const child = await startProcess({ namespace: `${name}-gone`, command: 'touch', args: [join(folder, 'ran')] });
  assert.notEqual((await child.exited).code, 0);
  assert.ok(!existsSync(join(folder, 'ran')));
});

test('the BPF file system is mounted once', async () => {
  await ensureBpfFileSystem();
  await ensureBpfFileSystem();
  assert.equal(listMounts().filter(({ type, target }) => type === 'bpf' && target === '/sys/fs/bpf').length, 1);
});

test('a namespace that is gone is passed over when deleted again', async () => {
  await createNamespaces([`${name}-x`]);
  await deleteNamespaces([`${name}-x`]);
  await deleteNamespaces([`${name}-x`]);
  assert.ok(!namespaceExists(`${name}-x`));
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!holds()) {
    assert.ok(Date.now() < end, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
