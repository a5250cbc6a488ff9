/** What the benchmarks run on. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { capture } from '#host/index.ts';
import type { Machine } from './report/results.ts';

/** What prints each version, and which part of that is one. */
const PROGRAMS: Readonly<Record<string, readonly [line: string, version: RegExp]>> = {
  haproxy: ['haproxy -v', /version (\S+)/],
  nginx: ['nginx -v', /nginx\/(\S+)/],
  nftables: ['nft --version', /v(\S+)/],
  openssl: ['openssl version', /OpenSSL (\S+)/],
  clang: ['clang --version', /version (\S+)/],
};

export async function describeMachine(): Promise<Machine> {
  const info = readFileSync('/proc/cpuinfo', 'utf8');
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'));
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    virtual: /^flags.*\bhypervisor\b/m.test(info),
    kernel: release(),
    system: system?.[1] ?? 'unknown',
    node: process.version,
    programs: Object.fromEntries(await Promise.all(Object.entries(PROGRAMS).map(version))),
  };
}

async function version([name, [line, pattern]]: [string, readonly [string, RegExp]]): Promise<[string, string]> {
  const { stdout, stderr } = await capture('sh', ['-c', line]);
  return [name, pattern.exec(stdout + stderr)?.[1] ?? 'not there'];
}

/** Of this checkout, with a plus where something is not committed. */
export async function commitOf(folder: string): Promise<string> {
  const git = async (...args: string[]) =>
    (await capture('git', ['-C', folder, ...args]).catch(() => undefined))?.stdout.trim();
  const [commit, changed] = [
    await git('rev-parse', '--short', 'HEAD'),
    await git('status', '--porcelain', '--', 'src', 'bpf', 'sandbox', 'bench'),
  ];
  return commit ? `${commit}${changed ? '+' : ''}` : 'unknown';
}
