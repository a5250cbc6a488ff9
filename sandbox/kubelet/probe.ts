/** One probe attempt. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { type Clock, formatEndpoint, messageOf, sleep } from '#kit/index.ts';
import type { Action, Container, HttpGet } from '#sandbox/workloads/index.ts';

export interface ProbeTarget {
  readonly container: Container;
  readonly address: string;
  /** Runs a command in the container. @returns its exit code and what it said */
  readonly exec: (command: readonly string[], timeoutMs: number) => Promise<{ code: number; output: string }>;
  readonly clock: Clock;
}

/** @returns undefined when it succeeded, else why not. From the control plane's namespace, which is routed to all pods. */
export async function attempt(action: Action, target: ProbeTarget, timeoutMs: number): Promise<string | undefined> {
  const { container, address, clock } = target;
  try {
    if (action.exec) {
      const { code, output } = await target.exec(action.exec.command ?? [], timeoutMs);
      return code === 0 ? undefined : `command ended with ${code}: ${output.trim().slice(0, 200)}`;
    }
    if (action.httpGet)
      return await httpGet(action.httpGet, portOf(action.httpGet.port, container), address, timeoutMs);
    if (action.tcpSocket) {
      const { port, host } = action.tcpSocket;
      return await tcpConnect(host ?? address, portOf(port, container), timeoutMs);
    }
    if (action.sleep) await sleep(clock, action.sleep.seconds * 1000);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

export function portOf(port: number | string, { ports = [], name }: Container): number {
  const found = typeof port === 'number' ? port : (ports.find((it) => it.name === port)?.containerPort ?? Number(port));
  if (Number.isInteger(found)) return found;
  throw new Error(`container ${name} has no port "${port}"`);
}

function httpGet(
  { path = '/', host, httpHeaders = [] }: HttpGet,
  port: number,
  address: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  return new Promise((resolve) => {
    const call = request({
      host: host ?? address,
      port,
      path,
      agent: false,
      headers: { 'user-agent': 'kube-probe/1.31', connection: 'close', ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    });
    call.on('error', (error) => resolve(`Get "http://${formatEndpoint(address, port)}${path}": ${error.message}`));
    call.on('response', (response) => {
      const { statusCode = 0 } = response;
      response.destroy();
      resolve(statusCode >= 200 && statusCode < 400 ? undefined : `HTTP probe failed with statuscode: ${statusCode}`);
    });
    call.end();
  });
}

function tcpConnect(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.on('connect', () => end());
    socket.on('timeout', () => end(`dial tcp ${formatEndpoint(host, port)}: timeout`));
    socket.on('error', (error) => end(error.message));
  });
}
