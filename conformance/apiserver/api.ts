/** A plain HTTP client of any Kubernetes API server: what it sends and what it gets is what the cases say. */
import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { createInterface } from 'node:readline';
import { sleep, systemClock } from '#kit/index.ts';

export interface Access {
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  readonly ca: string;
  /** Absent: the client shows no certificate. */
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  /** Sent with every request. */
  readonly headers?: OutgoingHttpHeaders;
}

/** An answer's body, read without types: the cases are about it. */
// oxlint-disable-next-line no-explicit-any -- JSON of a server under test
export type Body = any;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

export interface CallOptions {
  readonly type?: string;
  readonly accept?: string;
}

export interface Event {
  readonly type: string;
  readonly object: Body;
}

export interface WatchReader {
  readonly status: number;
  /** Undefined when the watch has ended. Rejects when nothing comes within 10 s. */
  next(): Promise<Event | undefined>;
  stop(): void;
}

export interface Api {
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  get(path: string, options?: CallOptions): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  /** @param type `json`, `merge`, `strategic`, `apply` */
  patch(path: string, type: keyof typeof PATCHES, body: unknown): Promise<Answer>;
  delete(path: string, options?: unknown): Promise<Answer>;
  watch(path: string, options?: CallOptions): Promise<WatchReader>;
  close(): void;
}

const PATCHES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const PATIENCE_MS = 10_000;

export function createApi({ server, ca, cert, key, token, headers: always }: Access): Api {
  const agent = new Agent({ ca, cert, key, keepAlive: true });

  function send(method: string, path: string, body: unknown, { type, accept }: CallOptions): Promise<IncomingMessage> {
    const text =
      body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const headers = {
      accept: accept ?? 'application/json',
      'user-agent': 'conformance/1',
      ...(token && { authorization: `Bearer ${token}` }),
      ...always,
      ...(text !== undefined && {
        'content-type': type ?? 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(`${server}${path}`, { agent, method, headers }, resolve);
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }

  async function call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    const incoming = await send(method, path, body, options);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const isJson = incoming.headers['content-type']?.includes('json');
    return {
      status: incoming.statusCode ?? 0,
      headers: incoming.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  }

  return {
    call,
    get: (path, options) => call('GET', path, undefined, options),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    patch: (path, type, body) => call('PATCH', path, body, { type: PATCHES[type] }),
    delete: (path, options) => call('DELETE', path, options),
    watch: async (path, options = {}) => readerOf(await send('GET', path, undefined, options)),
    close: () => agent.destroy(),
  };
}

function readerOf(incoming: IncomingMessage): WatchReader {
  incoming.on('error', () => {}); // the server may stop: the reader then says that the watch has ended
  const lines = createInterface({ input: incoming })[Symbol.asyncIterator]();
  return {
    status: incoming.statusCode ?? 0,
    async next() {
      const line = await withPatience(lines.next());
      return line.done ? undefined : (JSON.parse(line.value) as Event);
    },
    stop: () => incoming.destroy(),
  };
}

function withPatience<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = systemClock.after(PATIENCE_MS, () => reject(new Error(`nothing came for ${PATIENCE_MS} ms`)));
    promise.then(resolve, reject).finally(cancel);
  });
}

/** Asks until the answer is as wanted. */
export async function until(
  what: string,
  ask: () => Promise<Answer>,
  wanted: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: still ${answer.status} ${JSON.stringify(answer.body)}`);
    await sleep(systemClock, 20);
  }
}
