/** Runs a command in a container through the API server: WebSocket, `v5.channel.k8s.io`. */
import type { Readable, Writable } from 'node:stream';
import WebSocket from 'ws';
import { SealaneError } from '#kit/index.ts';
import { type Access, type Client, pathOf } from '#kube/index.ts';
import { PODS } from '#api/index.ts';
import type { StatusBody } from '#kube/index.ts';

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  /** The only one, or the first, when left out. */
  readonly container?: string;
  readonly command: readonly string[];
  readonly stdin?: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const PROTOCOL = 'v5.channel.k8s.io';
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;

/** @returns the command's exit code. @throws `sandbox/exec-failed` when it never ran or the connection broke */
export async function execInPod(access: Access, client: Client, request: ExecRequest): Promise<number> {
  const { headers } = await client.connection.dialOptions();
  const { ca, cert, key, serverName, insecure } = access;
  const socket = new WebSocket(urlOf(access.server, request), [PROTOCOL], {
    headers,
    ca,
    cert,
    key,
    rejectUnauthorized: !insecure,
    ...(serverName === undefined ? {} : { servername: serverName }),
    perMessageDeflate: false,
  });
  return converse(socket, request);
}

function urlOf(server: string, { namespace, pod, container, command, stdin }: ExecRequest): string {
  const query = new URLSearchParams(command.map((word): [string, string] => ['command', word]));
  if (container !== undefined) query.set('container', container);
  query.set('stdin', String(stdin !== undefined));
  query.set('stdout', 'true');
  query.set('stderr', 'true');
  return `${server.replace(/^http/, 'ws')}${pathOf(PODS, { namespace, name: pod }, 'exec')}?${query.toString()}`;
}

function converse(socket: WebSocket, request: ExecRequest): Promise<number> {
  const { namespace, pod, stdin, stdout, stderr } = request;
  const failed = (cause: unknown) =>
    new SealaneError('sandbox/exec-failed', `run in pod ${namespace}/${pod}`, { cause });
  return new Promise((resolve, reject) => {
    let status: StatusBody | undefined;
    socket.on('open', () => stdin && sendInput(socket, stdin));
    socket.on('message', (data: Buffer) => {
      const [channel] = data;
      const rest = data.subarray(1);
      if (channel === CHANNEL.stdout) stdout.write(rest);
      else if (channel === CHANNEL.stderr) stderr.write(rest);
      else if (channel === CHANNEL.status) status = JSON.parse(rest.toString('utf8')) as StatusBody;
    });
    socket.on('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      response.on('end', () => reject(failed(refusalText(response.statusCode, body))));
    });
    socket.on('error', (error) => reject(failed(error)));
    socket.on('close', () => {
      stdin?.destroy();
      const code = status && exitCodeOf(status);
      if (code === undefined) reject(failed(status?.message ?? 'the connection ended before the command did'));
      else resolve(code);
    });
  });
}

function sendInput(socket: WebSocket, stdin: Readable): void {
  stdin.on('data', (chunk: Buffer) => socket.send(Buffer.concat([Buffer.from([CHANNEL.stdin]), chunk])));
  stdin.on('end', () => {
    if (socket.readyState === WebSocket.OPEN) socket.send(Buffer.from([CHANNEL.close, CHANNEL.stdin]));
  });
}

/** @returns undefined when the command did not run */
function exitCodeOf({ status, reason, details }: StatusBody): number | undefined {
  if (status === 'Success') return 0;
  if (reason !== 'NonZeroExitCode') return undefined;
  return Number(details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message ?? 1);
}

function refusalText(code: number | undefined, body: string): string {
  try {
    return (JSON.parse(body) as StatusBody).message ?? `HTTP ${code}`;
  } catch {
    return body.trim() || `HTTP ${code}`;
  }
}
