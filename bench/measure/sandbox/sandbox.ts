/** A sandbox with the demonstration in it, for what needs the whole product. Gone when disposed of. */
import { join } from 'node:path';
import { bundlePath, installationRoot } from '#cli/index.ts';
import { run } from '#host/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';

export interface Sandbox extends AsyncDisposable {
  readonly name: string;
  /** `sealane sandbox COMMAND`. @throws `host/command-failed` */
  readonly command: (line: readonly string[], timeoutMs?: number) => Promise<string>;
  client(context: string): Client;
  /** Where the agent of a node pins its tables. */
  pins(cluster: string, node: string): string;
}

export async function sandboxUp(): Promise<Sandbox> {
  const name = `slb${process.pid}`;
  const clients: Client[] = [];
  const bundle = bundlePath('sealane-sandbox');
  const command = ([verb = '', ...rest]: readonly string[], timeoutMs = 120_000) =>
    run(process.execPath, [bundle, verb, '--name', name, ...rest], { timeoutMs });
  const sandbox: Sandbox = {
    name,
    command,
    client(context) {
      const client = createClient(readKubeconfig(`/run/sealane/${name}/kubeconfig`, { context }));
      clients.push(client);
      return client;
    },
    pins: (cluster, node) => `/sys/fs/bpf/sealane/${name}/${cluster}-${node}`,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.close();
      await command(['down']);
    },
  };
  try {
    await command(['up']);
    await command(['apply', '-f', join(installationRoot(), 'examples/karmada-eriecanal/corrected')]);
    await untilAnswered(sandbox);
    return sandbox;
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

export interface Calls {
  readonly count: number;
  readonly failed: number;
  readonly clusters: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
}

/** New connections from the demonstration's calling pod, the name resolved for each, answered or not. */
export async function call({ command }: Sandbox, rate: number, count: number): Promise<Calls> {
  const line = `pod-tool call http://httpbin.httpbin:8080/ --rate ${rate} --count ${count} --output json || true`;
  const said = await command(
    ['exec', 'cluster-2', 'curl/curl', '--', 'sh', '-c', line],
    120_000 + (count / rate) * 1000,
  );
  return JSON.parse(said) as Calls;
}

const PATIENCE_MS = 60_000;

async function untilAnswered(sandbox: Sandbox): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const answers = await call(sandbox, 100, 20).catch(() => undefined);
    if (answers?.failed === 0 && Object.keys(answers.clusters).length === 2) return;
    if (performance.now() > end) throw new Error(`no answers of both clusters within ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
