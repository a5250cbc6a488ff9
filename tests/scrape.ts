/** What a process of a sandbox says to Prometheus, asked from inside its network namespace. */
import assert from 'node:assert/strict';
import { capture } from '#host/index.ts';
import { METRICS_PORT, type ProcessName } from '#observe/index.ts';

const ASK = 'fetch(process.argv[1]).then((answer) => answer.text()).then((text) => process.stdout.write(text))';

/** @param namespace such as `sandbox-cluster-2-node-1` */
export async function scrape(namespace: string, process_: ProcessName): Promise<string> {
  const url = `http://127.0.0.1:${METRICS_PORT[process_]}/metrics`;
  const command = ['netns', 'exec', namespace, process.execPath, '-e', ASK, url];
  const { code, stdout, stderr } = await capture('ip', command, { timeoutMs: 20_000 });
  assert.equal(code, 0, `${url} in ${namespace}: ${stderr}`);
  return stdout;
}
