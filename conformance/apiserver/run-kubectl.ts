/** kubectl against a server under test, with nothing of the user's. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#kit/index.ts';
import type { Access } from './api.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Kubectl {
  run(command: string, input?: string | object): Promise<Ran>;
  /** Goes on until it is stopped. */
  start(command: string): ChildProcess;
  close(): void;
}

const NEEDED_MINOR = 31;

/** Why these tests cannot run here; false when they can. */
export function whyNoKubectl(): string | false {
  const { status, stdout } = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  if (status !== 0) return `needs kubectl 1.${NEEDED_MINOR} or later`;
  const { clientVersion } = JSON.parse(stdout) as { clientVersion: { minor: string } };
  return (
    Number.parseInt(clientVersion.minor, 10) < NEEDED_MINOR &&
    `needs kubectl 1.${NEEDED_MINOR} or later, found 1.${clientVersion.minor}`
  );
}

export function createKubectl({ server, ca, cert = '', key = '', token }: Access): Kubectl {
  const home = mkdtempSync(join(tmpdir(), 'sealane-kubectl-'));
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const user = cert
    ? { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }
    : { ...(token && { token }) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }],
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'test', user }],
  };
  writeFileSync(join(home, 'config'), JSON.stringify(config));
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: join(home, 'config') };
  const start = (command: string) => spawn('kubectl', wordsOf(command), { env });
  return {
    start,
    run: (command, input) => finished(start(command), typeof input === 'object' ? JSON.stringify(input) : input),
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Blanks separate, single quotes keep together. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([whole, quoted]) => quoted ?? whole);
}

function finished(child: ReturnType<typeof spawn>, input = ''): Promise<Ran> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin?.on('error', () => {}).end(input);
  return new Promise((resolve, reject) => {
    const cancel = systemClock.after(30_000, () => child.kill('SIGKILL'));
    child.on('error', reject);
    child.on('close', (code) => {
      cancel();
      resolve({ code: code ?? 137, out, err });
    });
  });
}
