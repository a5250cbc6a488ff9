/** The tests of the kernel's half on the oldest kernel that we promise: Debian 12's, emulated, on this machine's files. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { systemClock } from '#kit/index.ts';
import { CANNOT_HOLD } from './cannot-hold.ts';
import { NOT_REPEATED } from './not-repeated.ts';
import { withoutTypes } from './without-types.ts';

const root = join(import.meta.dirname, '../..');
/** One machine has these, the other the rest and the gateways': both take as long. */
const HOOKS = 'src/kernel/{hooks-*,restart,load-each,mapped}.root.test.ts';
const OTHERS = 'src/kernel/!(hooks-*|restart|load-each|mapped).root.test.ts';
const GATEWAYS = 'bpf/tests/*.root.test.ts';
/** The gateway's suites once more, which want a process of their own. */
const OVER_IPV6 = 'bpf/tests/ipv6.root.test.ts';
/** For the hooks; for the others, and the gateways over both families. */
const PASSED_LEAST = [95, 300];
const DEADLINE_MS = 15 * 60_000;
const MACHINES: Readonly<Record<string, readonly string[]>> = {
  x64: ['qemu-system-x86_64', '-cpu', 'max', '-append', 'console=ttyS0'],
  arm64: ['qemu-system-aarch64', '-machine', 'virt', '-cpu', 'max,pauth-impdef=on', '-append', 'console=ttyAMA0'],
};

test('what cannot hold on the old kernel is still a test of ours', () => {
  for (const { file, test: name } of CANNOT_HOLD) {
    const text = readFileSync(join(root, file), 'utf8');
    assert.ok(text.includes(name.replace(/^tcx: /, '')), `${file} has no test "${name}"`);
  }
});

test('the kernel’s half holds on Debian 12’s kernel', { timeout: DEADLINE_MS + 120_000 }, async (t) => {
  const [hooks, others, gateways] = [repeatedIn(HOOKS), repeatedIn(OTHERS), repeatedIn(GATEWAYS)];
  const overSix = importedBy(OVER_IPV6).filter(isRepeated);
  const found = [hooks, others, gateways, overSix].map(({ length }) => length);
  assert.ok(
    hooks.length >= 12 && others.length >= 4 && gateways.length >= 5 && overSix.length >= 4,
    `found only ${found.join()} files of tests`,
  );
  for (const { test: name, because } of CANNOT_HOLD) t.diagnostic(`not there: ${name}: ${because}`);
  for (const { file, because } of NOT_REPEATED) t.diagnostic(`not repeated: ${file}: ${because}`);
  const folder = execFileSync('sh', [join(import.meta.dirname, 'get.sh')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const modules = mkdtempSync(join(folder, 'modules-'));
  t.after(() => rmSync(modules, { recursive: true }));
  const load = withoutTypes(root, modules);
  const machines = await Promise.all([
    boot(folder, 'hooks', guestScript(load, [hooks])),
    boot(folder, 'gateways', guestScript(load, [[...others, ...gateways], overSix])),
  ]);
  for (const [i, said] of machines.entries()) {
    const count = (what: string) =>
      [...said.matchAll(new RegExp(`^ℹ ${what} (\\d+)`, 'gm'))].reduce((sum, [, number]) => sum + Number(number), 0);
    assert.ok(/^guest: Linux 6\.1\./m.test(said), 'not the kernel that is meant');
    assert.ok(/^guest: ended with 0$/m.test(said), 'tests failed there, or it never came to the end: see above');
    assert.deepEqual(
      { failed: count('fail'), cancelled: count('cancelled'), skipped: count('skipped'), todo: count('todo') },
      { failed: 0, cancelled: 0, skipped: 0, todo: 0 },
    );
    assert.ok(count('pass') >= (PASSED_LEAST[i] ?? 0), `only ${count('pass')} tests ran there`);
  }
});

const isRepeated = (file: string): boolean => file !== OVER_IPV6 && !NOT_REPEATED.some((suite) => suite.file === file);

function repeatedIn(pattern: string): string[] {
  return globSync(pattern, { cwd: root }).filter(isRepeated).toSorted();
}

function importedBy(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/import\('(.+)'\)/g)].map(([, path = '']) => join(dirname(file), path));
}

/** Boots, has the tests run, and gives back all that was said. Each machine takes one of this one's processors. */
function boot(folder: string, name: string, text: string): Promise<string> {
  const script = join(folder, `guest-${process.pid}-${name}.sh`);
  writeFileSync(script, text);
  const [program = '', ...machine] = MACHINES[process.arch] ?? [];
  const append = machine.indexOf('-append') + 1;
  machine[append] += ` quiet panic=-1 sealane.script=${script}`;
  // One thread for both processors: with one each, Node, whose code changes while it runs, once ended in a segmentation fault.
  const child = spawn(
    program,
    [
      ...machine,
      ...['-accel', 'tcg,thread=single', '-smp', '2', '-m', '2048', '-nodefaults', '-no-reboot', '-display', 'none'],
      ...['-kernel', join(folder, 'vmlinuz'), '-initrd', join(folder, 'initramfs'), '-serial', 'stdio'],
      ...['-virtfs', 'local,path=/,mount_tag=machine,security_model=none,readonly=on,multidevs=remap'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const cancel = systemClock.after(DEADLINE_MS, () => child.kill('SIGKILL'));
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    process.stdout.write(`${line}\n`);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      cancel();
      rmSync(script);
      resolve(stripVTControlCharacters(said.join('\n').replaceAll('\r', '')));
    });
  });
}

/**
 * @param load the option of Node's by which it loads modules without their types; processes that tests start have it too
 * @param runs of IPv4, then of IPv6
 */
function guestScript(load: string, runs: readonly (readonly string[])[]): string {
  const skipped = CANNOT_HOLD.map(
    ({ test: name }) => `--test-skip-pattern='/^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$/'`,
  ).join(' ');
  const commands = runs.map(
    (files, i) =>
      `GATEWAY_FAMILY=${i ? 'IPv6' : 'IPv4'} node_modules/.bin/node --test --test-isolation=none --test-force-exit --test-timeout=600000 \
  --test-reporter=spec ${skipped} ${files.join(' ')} || ended=1
echo "guest: $(cut -d' ' -f1 /proc/uptime) s"`,
  );
  return `cd ${root}
export HOME=/tmp TMPDIR=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_COMPILE_CACHE=/tmp/compiled NODE_OPTIONS='${load}'
ip link set lo up
echo "guest: Linux $(uname -r)"
ended=0
${commands.join('\n')}
echo "guest: ended with $ended"
echo o >/proc/sysrq-trigger
while :; do :; done
`;
}
