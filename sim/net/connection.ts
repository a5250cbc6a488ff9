/** The seam to `kube`'s client: a connection from a process to an API server of the same program, over a network of virtual time. */
import type { IncomingMessage } from 'node:http';
import { type Connection, type RawRequest, unreachable } from '#kube/index.ts';
import type { SimProcess } from '../world/process.ts';
import { IncomingAnswer } from './client-side.ts';
import { type Link, type Network, Stream } from './network.ts';
import type { SimServer } from '../world/sim-server.ts';

export interface ConnectionOptions {
  readonly process: SimProcess;
  readonly server: SimServer;
  readonly network: Network;
  readonly link: Link;
  /** Told of each request when it is sent. May change it. */
  readonly onSend?: (request: RawRequest) => RawRequest;
}

/** As `kube`'s own: an answer's head within 15 s, a connection within 3 s. */
const HEAD_MS = 15_000;
const CONNECT_MS = 3_000;

export function memoryConnection(options: ConnectionOptions): Connection {
  const { server, onSend = (request: RawRequest) => request } = options;
  return {
    server: `https://${server.name}`,
    send: (request) => exchange(options, onSend(request)),
    dialOptions: () => Promise.reject(new Error('the simulation has no WebSockets')),
    close: () => {},
  };
}

interface Call {
  readonly resolve: (answer: IncomingMessage) => void;
  readonly fail: (why: string) => void;
  readonly isOpen: () => boolean;
}

function exchange(options: ConnectionOptions, request: RawRequest): Promise<IncomingMessage> {
  const { process, network, link, server } = options;
  return new Promise((resolve, reject) => {
    const { method = 'GET', path, signal, timeoutMs = HEAD_MS } = request;
    // What still runs in a dead process has to end, and nobody hears of it.
    if (!process.alive) return;
    let open = true;
    const what = `${method.toLowerCase()} ${path.split('?')[0]}`;
    const settle = (run: () => void) => {
      if (!open) return;
      open = false;
      cancel();
      signal?.removeEventListener('abort', stopped);
      run();
    };
    const fail = (why: string) => settle(() => reject(unreachable(what, server.name, new Error(why))));
    const stopped = () => fail('stopped');
    const cancel = process.clock.after(link.down ? CONNECT_MS : timeoutMs, () => fail('no answer in time'));
    if (signal?.aborted) return stopped();
    signal?.addEventListener('abort', stopped, { once: true });
    const call: Call = { resolve: (answer) => settle(() => resolve(answer)), fail, isOpen: () => open };
    network.time.after(network.delay(link), () => arrive(options, request, call));
  });
}

/** At the server's door. */
function arrive(options: ConnectionOptions, request: RawRequest, call: Call): void {
  const { process, network, link, server } = options;
  if (link.down) return;
  const back = (run: () => void) => new Stream(network, link).send(() => process.deliver(run));
  const breaks = network.random.chance(link.breaking);
  if (!server.up || (breaks && network.random.chance(0.5))) return back(() => call.fail('ECONNREFUSED'));
  // Sent and given up: what was written is written all the same.
  if (!process.alive && request.method !== 'GET' && network.random.chance(0.5)) return;
  answerInto(options, request, call, breaks);
}

function answerInto(options: ConnectionOptions, request: RawRequest, call: Call, breaks: boolean): void {
  const { process, network, link, server } = options;
  const lasting = request.path.includes('watch=true');
  const lagMs = lasting ? network.lagOf(request.path, server.name) : 0;
  const stream = new Stream(network, link, lagMs);
  const toClient = (run: () => void) => stream.send(() => process.deliver(run));
  let answer: IncomingAnswer | undefined;
  const broken = () => toClient(() => (answer ? answer.fail(new Error('ECONNRESET')) : call.fail('ECONNRESET')));
  const gone = server.answer(process, request, {
    head: (statusCode) =>
      toClient(() => {
        answer = new IncomingAnswer(statusCode, stop);
        request.signal?.addEventListener('abort', aborted, { once: true });
        if (!call.isOpen() || breaks) return (answer.destroy(new Error('ECONNRESET')), call.fail('ECONNRESET'));
        call.resolve(answer.message);
      }),
    chunk: (text) => {
      const bytes = Buffer.from(text);
      server.count(bytes.length, lasting);
      toClient(() => answer?.push(bytes));
    },
    end: () => toClient(() => (answer?.finish(), forget())),
    broken,
  });
  const alive = process.onDeath(() => gone());
  function aborted() {
    answer?.destroy(new Error('stopped'));
  }
  function forget() {
    request.signal?.removeEventListener('abort', aborted);
    alive();
  }
  function stop() {
    forget();
    gone();
  }
}
