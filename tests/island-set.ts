/** A sandbox with the demonstration in it, for scenarios: brought up once a file, taken down at its end. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { bundlePath } from '#cli/index.ts';
import { capture, type CommandResult } from '#host/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';
import { DEPLOYMENTS, PODS } from '#api/index.ts';
import type { KubeObject } from '#objects/index.ts';

export interface IslandSet {
  readonly name: string;
  /** `sealane sandbox COMMAND`, which must succeed. */
  readonly sandbox: (command: string, ...args: readonly string[]) => Promise<string>;
  /** `sealane …` with whatever comes of it. */
  sealane(...args: readonly string[]): Promise<CommandResult>;
  client(context: string): Client;
  /** Name of a ready pod of a Deployment. */
  pod(cluster: string, namespace: string, app: string): Promise<string>;
  /** A command in the calling pod, curl of cluster-2, which must succeed. */
  inCaller(...command: readonly string[]): Promise<string>;
  /** The same with whatever comes of it. */
  tryInCaller(...command: readonly string[]): Promise<CommandResult>;
}

export const URL_CALLED = 'http://httpbin.httpbin:8080/';

interface Pod extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export interface BringUpOptions {
  readonly topology?: string;
  /** File or folder that is applied to the hub. */
  readonly manifests?: string;
  /** Whose pod calls: cluster, namespace and app. */
  readonly caller?: readonly [cluster: string, namespace: string, app: string];
}

/** @param name letters and digits, one a test file */
export async function bringUp(name: string, options: BringUpOptions = {}): Promise<IslandSet> {
  const { topology = 'default', manifests = 'examples/karmada-eriecanal/corrected' } = options;
  const [cluster, namespace, app] = options.caller ?? ['cluster-2', 'curl', 'curl'];
  const run = (bundle: 'sealane' | 'sealane-sandbox', args: readonly string[], timeoutMs = 120_000) =>
    capture(process.execPath, [bundlePath(bundle), ...args], { timeoutMs });
  const clients = new Map<string, Client>();

  function trySandbox(command: string, ...args: readonly string[]): Promise<CommandResult> {
    const [before, behind] = [args.slice(0, cut(args)), args.slice(cut(args))];
    return run('sealane-sandbox', [command, ...before, '--name', name, ...behind]);
  }

  async function sandbox(command: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await trySandbox(command, ...args);
    assert.equal(code, 0, `sandbox ${command} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  function client(context: string): Client {
    const known = clients.get(context) ?? createClient(readKubeconfig(`/run/sealane/${name}/kubeconfig`, { context }));
    clients.set(context, known);
    return known;
  }

  async function pod(cluster: string, namespace: string, app: string): Promise<string> {
    return eventually(`a ready pod of ${app} in ${cluster}`, async () => {
      const pods = await client(cluster).list<Pod>(PODS, { namespace });
      const ready = pods.find((one) => one.metadata.name.startsWith(`${app}-`) && isReady(one));
      return ready?.metadata.name;
    });
  }

  const callingPod = async (): Promise<string> => `${namespace}/${await pod(cluster, namespace, app)}`;

  after(async () => {
    for (const one of clients.values()) one.close();
    await run('sealane-sandbox', ['down', '--name', name]);
  });
  await sandbox('up', '--topology', topology);
  await sandbox('apply', '-f', manifests);
  const set: IslandSet = {
    name,
    sandbox,
    sealane: (...args) => run('sealane', args),
    client,
    pod,
    inCaller: async (...command) => sandbox('exec', cluster, await callingPod(), '--', ...command),
    tryInCaller: async (...command) => trySandbox('exec', cluster, await callingPod(), '--', ...command),
  };
  return set;
}

/** The demonstration, answering from both clusters. */
export async function demonstration(name: string, topology?: string): Promise<IslandSet> {
  const set = await bringUp(name, { ...(topology && { topology }) });
  await eventually('an answer from both clusters', async () => {
    const { clusters } = await call(set, 20).catch(() => ({ clusters: {} }));
    return Object.keys(clusters).length === 2 || undefined;
  });
  return set;
}

export interface Answers {
  readonly count: number;
  readonly failed: number;
  readonly clusters: Readonly<Record<string, number>>;
  /** By `cluster/pod`. */
  readonly pods: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
}

/** New connections from the caller to the demonstration's service, the name resolved for each. All must be answered. */
export async function call(set: IslandSet, count: number, url = URL_CALLED, ...more: string[]): Promise<Answers> {
  const answers = await tryCall(set, count, url, ...more);
  assert.equal(answers.failed, 0, JSON.stringify(answers.failures));
  return answers;
}

/** The same, answered or not. */
export async function tryCall(set: IslandSet, count: number, url = URL_CALLED, ...more: string[]): Promise<Answers> {
  const command = ['pod-tool', 'call', url, '--count', String(count), ...more, '--output', 'json'];
  const { stdout, stderr } = await set.tryInCaller(...command);
  assert.match(stdout, /^\{/, `${command.join(' ')}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as Answers;
}

/** The demonstration's service is given so many pods, in both clusters alike, and all of them answer. */
export async function rescale(set: IslandSet, replicas: number): Promise<void> {
  await set.client('hub').patch(DEPLOYMENTS, { namespace: 'httpbin', name: 'httpbin' }, { spec: { replicas } });
  await eventually(`${replicas} pods to answer`, async () => {
    const { pods } = await tryCall(set, 60);
    return Object.keys(pods).length === replicas || undefined;
  });
}

/** Asks until there is an answer, for a minute. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, ms = 60_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    assert.ok(performance.now() < end, `waited ${ms / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return ready === true && metadata.deletionTimestamp === undefined;
}

/** Where a pod's own command begins. */
function cut(args: readonly string[]): number {
  const at = args.indexOf('--');
  return at < 0 ? args.length : at;
}
