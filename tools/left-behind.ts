/**
 * What the tests left on the machine. `tools/test.sh` writes down what there is before the first test; the last test compares.
 *   node tools/left-behind.ts          what there is, as JSON
 *   node tools/left-behind.ts BEFORE   what is left since, a line each
 * Other sandboxes and other runs of the tests may come and go meanwhile: theirs are told apart by the process that the name
 * names, and by a mark in the environment of every process of this run.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every trace by its kind; an entry is a name or a path. */
export type Traces = Readonly<Record<string, readonly string[]>>;

/** Names that tests give to namespaces, cgroups, pins: `slt-<pid>`, `sltr<last digits of a pid>`. */
const TEST_NAME = /slt[a-z]?-?(\d+)/;

export function tracesOfTests(): Traces {
  const mounts = mountPoints();
  const cgroups = mounts.find(({ type }) => type === 'cgroup2')?.at;
  return {
    'network namespace': names('/run/netns').filter(isOfTest),
    cgroup: (cgroups ? names(cgroups) : []).filter(isOfTest),
    'pinned program or map': ['/sys/fs/bpf', '/sys/fs/bpf/sealane'].flatMap(paths).filter(isOfTest),
    'state folder': paths('/run/sealane').filter(isOfTest),
    mount: mounts.map(({ at }) => at).filter(isOfTest),
    link: [...names('/sys/class/net').filter(isOfTest), ...linksOfSandboxes()],
    'temporary file': paths(process.env['TMPDIR'] ?? ''),
    process: marked(),
  };
}

/** @returns lines such as `network namespace slt-7`, of what was not there before and belongs to no other run of the tests */
export function leftBehind(before: Traces, after: Traces): string[] {
  return Object.entries(after).flatMap(([kind, found]) =>
    found.filter((name) => !before[kind]?.includes(name) && !belongsToAnother(name)).map((name) => `${kind} ${name}`),
  );
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function paths(folder: string): string[] {
  return folder === '' ? [] : names(folder).map((name) => join(folder, name));
}

function isOfTest(name: string): boolean {
  return TEST_NAME.test(name);
}

function mountPoints(): { at: string; type: string }[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const fields = line.split(' ');
    return { at: fields[4] ?? '', type: fields[fields.indexOf('-') + 1] ?? '' };
  });
}

/** A sandbox's links carry a hash, not its name: they can be told only while nobody has a sandbox up. */
function linksOfSandboxes(): string[] {
  return names('/run/sealane').length > 0
    ? []
    : names('/sys/class/net').filter((name) => /^sl-[0-9a-f]{8}$/.test(name));
}

function belongsToAnother(name: string): boolean {
  const digits = TEST_NAME.exec(name)?.[1];
  if (digits === undefined) return false;
  return processes().some((pid) => pid % 10_000 === Number(digits) % 10_000 && isTest(pid) && !isMarked(pid));
}

function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** Processes of this run, but for this one and those above it. */
function marked(): string[] {
  const above = new Set(ancestors(process.pid));
  const left = processes().filter((pid) => !above.has(pid) && isMarked(pid));
  return left.map((pid) => `${pid} ${readProcess(pid, 'cmdline').replaceAll('\0', ' ').trim()}`);
}

function ancestors(pid: number): number[] {
  const parent = Number(/^PPid:\s*(\d+)/m.exec(readProcess(pid, 'status'))?.[1] ?? 0);
  return parent === 0 ? [pid] : [pid, ...ancestors(parent)];
}

function isTest(pid: number): boolean {
  return readProcess(pid, 'cmdline').includes('.test.ts');
}

function isMarked(pid: number): boolean {
  const mark = process.env['SEALANE_TEST_RUN'];
  return mark !== undefined && `\0${readProcess(pid, 'environ')}`.includes(`\0SEALANE_TEST_RUN=${mark}\0`);
}

/** Empty when the process has ended or may not be read. */
function readProcess(pid: number, file: 'cmdline' | 'environ' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) {
  const before = process.argv[2];
  const now = tracesOfTests();
  if (before === undefined) console.log(JSON.stringify(now));
  else for (const line of leftBehind(JSON.parse(readFileSync(before, 'utf8')) as Traces, now)) console.log(line);
}
