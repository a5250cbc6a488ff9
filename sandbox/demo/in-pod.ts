/** Runs the stand-ins' tool inside pods. */
import { PassThrough, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PODS } from '#api/index.ts';
import { SealaneError } from '#kit/index.ts';
import { execInPod } from '#sandbox/client/index.ts';
import { type Answers, NO_ANSWERS } from './results.ts';
import { CALLER, CURL, HTTPBIN, isReady, type Pod } from './resources.ts';
import type { Stage } from './stage.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function inPod(
  stage: Stage,
  cluster: string,
  pod: { readonly namespace: string; readonly name: string },
  command: readonly string[],
  stdin?: Readable,
): Promise<Said> {
  const { client, access } = stage.member(cluster);
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const said = Promise.all([text(streams.stdout), text(streams.stderr)]);
  try {
    const { namespace, name } = pod;
    const input = stdin === undefined ? {} : { stdin };
    const code = await execInPod(access, client, { namespace, pod: name, command, ...input, ...streams });
    streams.stdout.end();
    streams.stderr.end();
    const [stdout, stderr] = await said;
    return { code, stdout, stderr };
  } finally {
    streams.stdout.end();
    streams.stderr.end();
  }
}

/** @throws `demo/no-pod` */
export async function callerPod(stage: Stage): Promise<Pod & { metadata: { namespace: string } }> {
  const { namespace } = CURL;
  const pods = await stage.member(CALLER).client.list<Pod>(PODS, { namespace, labelSelector: 'app=curl' });
  const pod = pods.find(isReady);
  if (!pod) throw new SealaneError('demo/no-pod', `find the caller in ${CALLER}: no ready pod in ${namespace}`);
  return { ...pod, metadata: { ...pod.metadata, namespace } };
}

export async function serverPods(stage: Stage, cluster: string): Promise<Pod[]> {
  const { namespace } = HTTPBIN;
  const pods = await stage.member(cluster).client.list<Pod>(PODS, { namespace, labelSelector: 'app=pipy' });
  return pods.filter(({ metadata }) => !metadata.deletionTimestamp);
}

export interface CallOptions {
  readonly count: number;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
}

/** New connections from the pod in cluster-2. @throws `demo/no-answer` when the tool says nothing that can be read */
export async function call(
  stage: Stage,
  url: string,
  { count, concurrency = 8, timeoutMs = 3_000 }: CallOptions,
): Promise<Answers> {
  const { metadata } = await callerPod(stage);
  const options = ['--count', count, '--concurrency', concurrency, '--timeout', timeoutMs].map(String);
  const { code, stdout, stderr } = await inPod(stage, CALLER, metadata, [
    'pod-tool',
    'call',
    url,
    ...options,
    '--output',
    'json',
  ]);
  const line = stdout.split('\n').findLast((it) => it.startsWith('{'));
  if (line === undefined) {
    throw new SealaneError('demo/no-answer', `call ${url} from ${metadata.name}: exit code ${code}: ${stderr.trim()}`);
  }
  const result = JSON.parse(line) as Partial<Answers> & { readonly count?: number };
  return { ...NO_ANSWERS, ...result, calls: result.count ?? 0 };
}
