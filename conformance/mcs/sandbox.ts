/** A sandbox as a cluster set for the suite: brought up, with a pod in each member to call from. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { NAMESPACES, NODES, PODS } from '#api/index.ts';
import { bundlePath } from '#cli/index.ts';
import { capture } from '#host/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';
import { execInPod } from '#sandbox/client/index.ts';
import { eventually } from './stage.ts';
import type { Answers, Lookup, McsMember, McsTarget } from './target.ts';

const CALLER = { namespace: 'mcs-caller', name: 'caller' };
const podTool = (...args: string[]) => ({ image: 'sealane/idle', command: ['pod-tool', ...args] });

/** @param topology a built-in one, with members `cluster-1` to `cluster-3` */
export async function startSandbox(name: string, topology: 'default' | 'disjoint'): Promise<McsTarget> {
  await sandbox('up', '-f', topology, '--name', name);
  const members = ['cluster-1', 'cluster-2', 'cluster-3'].map((member): McsMember & Reached => {
    const access = readKubeconfig(`/run/sealane/${name}/kubeconfig`, { context: member });
    return { name: member, access, client: createClient(access) };
  });
  await Promise.all(members.map(({ client }) => makeCaller(client)));
  const ask = async (member: McsMember, ...command: string[]): Promise<unknown> => {
    const at = members.find((one) => one.name === member.name) ?? assert.fail(member.name);
    return JSON.parse(await inCaller(at, command));
  };
  return {
    members,
    disjoint: topology === 'disjoint',
    serverContainers: [
      { name: 'tcp', ...podTool('serve-http', '--port', '42'), ports: [{ containerPort: 42 }] },
      { name: 'udp', ...podTool('serve-udp', '--port', '42'), ports: [{ containerPort: 42, protocol: 'UDP' }] },
    ],
    async nodes({ client }) {
      const caller = await client.get<Pod>(PODS, CALLER);
      const names = (await client.list(NODES)).map(({ metadata }) => metadata.name);
      return names.toSorted((a, b) => Number(b === caller.spec?.nodeName) - Number(a === caller.spec?.nodeName));
    },
    call: async (member, url, count = 1) =>
      (await ask(member, 'call', url, '--count', String(count), '--timeout', '2000', '--output', 'json')) as Answers,
    lookup: async (member, host, type) => (await ask(member, 'lookup', host, '--type', type)) as Lookup,
    async close() {
      for (const { client } of members) client.close();
      await sandbox('down', '--name', name);
    },
  };
}

type Reached = { readonly access: ReturnType<typeof readKubeconfig> };

async function sandbox(...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await capture(process.execPath, [bundlePath('sealane-sandbox'), ...args], {
    timeoutMs: 120_000,
  });
  assert.equal(code, 0, `sandbox ${args.join(' ')}: ${stdout}${stderr}`);
}

interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

async function makeCaller(client: McsMember['client']): Promise<void> {
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CALLER.namespace } });
  const spec = { containers: [{ name: 'caller', image: 'sealane/idle' }] };
  await client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: CALLER, spec } as KubeObject);
  await eventually(
    'the caller to run',
    () => client.find<Pod>(PODS, CALLER),
    (pod) => pod?.status?.phase === 'Running',
  );
}

/** What `pod-tool` prints; calls that fail are an answer too. */
async function inCaller({ access, client }: McsMember & Reached, command: readonly string[]): Promise<string> {
  const said = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof said) =>
    new Writable({
      write(chunk: Buffer, _, done) {
        said[stream] += chunk.toString('utf8');
        done();
      },
    });
  const request = { namespace: CALLER.namespace, pod: CALLER.name, command: ['pod-tool', ...command] };
  const code = await execInPod(access, client, { ...request, stdout: into('stdout'), stderr: into('stderr') });
  assert.ok(code <= 1, `pod-tool ${command.join(' ')}: ${said.stderr}`);
  return said.stdout;
}
