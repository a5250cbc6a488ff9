/** A Kubernetes-style API server of the smallest kind, for the client's own tests: objects are kept as they come, nothing is checked. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { applyMergePatch, createMemoryStore, type Json, type KubeObject, type Store } from '#objects/index.ts';

export interface SmallServer {
  readonly url: string;
  readonly store: Store;
  /** Requests so far, as `METHOD path`. */
  readonly requests: string[];
  /** Cuts every open connection. */
  cut(): void;
  close(): Promise<void>;
}

export interface SmallServerOptions {
  readonly store?: Store;
  readonly port?: number;
  /** Plurals that are not served: 404. */
  readonly missing?: ReadonlySet<string>;
  /** Answers before anything else when it returns true. */
  readonly intercept?: (request: http.IncomingMessage, response: http.ServerResponse) => boolean;
}

const PATH = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

export async function startSmallServer(options: SmallServerOptions = {}): Promise<SmallServer> {
  const store = options.store ?? createMemoryStore();
  const requests: string[] = [];
  const server = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (options.intercept?.(request, response)) return;
    void handle(store, options, request, response);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    store,
    requests,
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  store: Store,
  options: SmallServerOptions,
  request: http.IncomingMessage,
  response: http.ServerResponse,
) {
  const url = new URL(request.url ?? '/', 'http://x');
  const [, group = '', version = '', namespace, plural = '', name, subresource] = PATH.exec(url.pathname) ?? [];
  const send = (code: number, body: object) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const refuse = (code: number, reason: string) =>
    send(code, {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason,
      code,
      message: `${plural} "${name}" ${reason}`,
    });
  if (/^\/apis\/[^/]+$/.test(url.pathname))
    return send(200, { kind: 'APIGroup', versions: [{ version: 'v1beta1' }, { version: 'v1alpha1' }] });
  if (!plural || options.missing?.has(plural)) return refuse(404, 'NotFound');
  const resource = group ? `${group}/${plural}` : plural;
  const key = { resource, namespace, name: name ?? '' };
  const revision = url.searchParams.get('resourceVersion');
  if (request.method === 'GET' && !name) {
    if (url.searchParams.has('watch'))
      return watch(
        store,
        { resource, namespace, revision: Number(revision), filter: selected(url.searchParams.get('labelSelector')) },
        response,
        refuse,
      );
    const limit = Number(url.searchParams.get('limit') ?? 0);
    const filter = selected(url.searchParams.get('labelSelector'));
    const outcome = store.list(resource, {
      namespace,
      limit,
      filter,
      continue: url.searchParams.get('continue') ?? undefined,
    });
    if (outcome.outcome !== 'ok') return refuse(410, 'Expired');
    return send(200, {
      metadata: { resourceVersion: String(outcome.revision), continue: outcome.continue },
      items: outcome.items,
    });
  }
  const before = store.get(key);
  const body = request.method === 'GET' ? undefined : ((await read(request)) as KubeObject);
  if (request.method === 'GET') return before ? send(200, before) : refuse(404, 'NotFound');
  if (request.method === 'POST' && body)
    return create(store, { resource, namespace, name: body.metadata.name }, body, send, refuse);
  if (request.method === 'DELETE') {
    if (!before) return refuse(404, 'NotFound');
    store.delete(key);
    return send(200, before);
  }
  const applied = request.headers['content-type']?.includes('apply');
  if (!before) {
    const kind = { apiVersion: group ? `${group}/${version}` : version, ...body } as KubeObject;
    return applied ? create(store, key, kind, send, refuse) : refuse(404, 'NotFound');
  }
  const asked = body?.metadata?.resourceVersion;
  if (asked !== undefined && asked !== before.metadata.resourceVersion) return refuse(409, 'Conflict');
  const merged =
    request.method === 'PUT'
      ? body
      : (applyMergePatch(before as unknown as Json, body as unknown as Json) as unknown as KubeObject);
  if (!merged) return refuse(400, 'BadRequest');
  const next = subresource === 'status' ? merged : withGeneration(before, merged);
  const outcome = store.update(key, next);
  return outcome.outcome === 'ok' ? send(200, outcome.object) : refuse(409, 'Conflict');
}

type Send = (code: number, body: object) => void;
type Refuse = (code: number, reason: string) => void;

function create(
  store: Store,
  key: { resource: string; namespace?: string; name: string },
  body: KubeObject,
  send: Send,
  refuse: Refuse,
) {
  const metadata = { ...body.metadata, uid: randomUUID(), generation: 1, creationTimestamp: new Date().toISOString() };
  const outcome = store.create(key, { ...body, metadata });
  return outcome.outcome === 'ok' ? send(201, outcome.object) : refuse(409, 'AlreadyExists');
}

function withGeneration(before: KubeObject, after: KubeObject): KubeObject {
  const spec = (object: KubeObject) => JSON.stringify((object as { spec?: unknown }).spec);
  const generation = (before.metadata.generation ?? 1) + (spec(before) === spec(after) ? 0 : 1);
  return { ...after, metadata: { ...after.metadata, uid: before.metadata.uid, generation } };
}

function watch(
  store: Store,
  { resource, namespace, revision: fromRevision, filter }: Watched,
  response: http.ServerResponse,
  refuse: Refuse,
) {
  const pending: string[] = [];
  let open = false;
  const outcome = store.watch(resource, { namespace, fromRevision }, ({ type, object }) => {
    if (!filter(object)) return;
    const line = `${JSON.stringify({ type, object })}\n`;
    if (open) response.write(line);
    else pending.push(line);
  });
  if (outcome.outcome === 'expired') return refuse(410, 'Expired');
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  open = true;
  for (const line of pending) response.write(line);
  response.on('close', () => outcome.stop());
}

interface Watched {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly revision: number;
  readonly filter: (object: KubeObject) => boolean;
}

/** One `key=value` at most. */
function selected(selector: string | null): (object: KubeObject) => boolean {
  const [key = '', value] = selector?.split('=') ?? [];
  return ({ metadata }) => !selector || metadata.labels?.[key] === value;
}

async function read(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text ? JSON.parse(text) : undefined;
}
