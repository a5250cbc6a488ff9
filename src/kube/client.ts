/** A small Kubernetes client: JSON only, typed errors, paged lists. Watches are `reflect`'s. */
import type { IncomingMessage } from 'node:http';
import { type Clock, isFault, SealaneError, systemClock } from '#kit/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import { type Connection, connect, type RawRequest } from './connection.ts';
import { refusal, type StatusBody, unreachable } from './errors.ts';
import type { Access } from './kubeconfig.ts';
import { type ObjectRef, pathOf, queryOf, subjectOf } from './paths.ts';

export interface ListQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly isLast: boolean;
}

export interface WriteOptions {
  readonly fieldManager?: string;
  /** Such as `status`. */
  readonly subresource?: string;
  readonly dryRun?: boolean;
}

export interface PatchOptions extends WriteOptions {
  readonly type?: 'merge' | 'json' | 'strategic' | 'apply';
  /** Apply only: take fields over from other managers. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  /** Preconditions: only the object with this UID, this version. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly graceSeconds?: number;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

export interface Client {
  readonly server: string;
  readonly connection: Connection;
  /** @throws `kube/not-found` and the like */
  get<T extends KubeObject>(type: ResourceType, ref: ObjectRef): Promise<T>;
  /** Undefined when there is none, or when the kind is not served. */
  find<T extends KubeObject>(type: ResourceType, ref: ObjectRef): Promise<T | undefined>;
  /** Everything, read in pages. */
  list<T extends KubeObject>(type: ResourceType, query?: ListQuery): Promise<T[]>;
  pages<T extends KubeObject>(
    type: ResourceType,
    query?: ListQuery,
    limit?: number,
    signal?: AbortSignal,
  ): AsyncIterable<Page<T>>;
  create<T extends KubeObject>(type: ResourceType, object: T, options?: WriteOptions): Promise<T>;
  /** Replaces; `metadata.resourceVersion` guards against a lost update (`kube/conflict`). */
  update<T extends KubeObject>(type: ResourceType, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(type: ResourceType, ref: ObjectRef, patch: unknown, options?: PatchOptions): Promise<T>;
  /** Server-side apply, forced: what is in `object` becomes so. */
  apply<T extends KubeObject>(
    type: ResourceType,
    object: T,
    options: WriteOptions & { readonly fieldManager: string },
  ): Promise<T>;
  /** @returns false when it was gone already */
  delete(type: ResourceType, ref: ObjectRef, options?: DeleteOptions): Promise<boolean>;
  /** Any path, JSON out; undefined for an empty answer. */
  json(request: RawRequest): Promise<unknown>;
  /** Any path; a refusal is thrown, otherwise the body is the caller's to read (logs). */
  stream(request: RawRequest): Promise<IncomingMessage>;
  close(): void;
}

const PAGE = 500;
const BODY_TIMEOUT_MS = 60_000;

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export interface ClientOptions {
  readonly clock?: Clock;
  /** Default: a connection of its own to where `access` says. */
  readonly connection?: Connection;
}

export function createClient(access: Access, options: ClientOptions = {}): Client {
  const { clock = systemClock, connection = connect(access, clock) } = options;

  async function stream(
    request: RawRequest,
    what = `${request.method ?? 'GET'} ${request.path}`,
  ): Promise<IncomingMessage> {
    const response = await connection.send(request);
    const { statusCode = 0 } = response;
    if (statusCode < 400) return response;
    throw refusal(what, statusCode, parseStatus(await readBody(response, connection.server, what)));
  }

  async function json(request: RawRequest, what = `${request.method ?? 'GET'} ${request.path}`): Promise<unknown> {
    const body = await readBody(await stream(request, what), connection.server, what);
    return body === '' ? undefined : parseAnswer(body, what);
  }

  async function* pages<T extends KubeObject>(
    type: ResourceType,
    query: ListQuery = {},
    limit = PAGE,
    signal?: AbortSignal,
  ) {
    const { namespace, labelSelector, fieldSelector } = query;
    let next: string | undefined;
    do {
      const parameters = queryOf({ labelSelector, fieldSelector, limit, continue: next });
      const path = pathOf(type, { namespace }) + parameters;
      const page = (await json({ path, signal }, `list ${subjectOf(type, { namespace })}`)) as ListAnswer<T>;
      next = page.metadata?.continue || undefined;
      const items = page.items ?? [];
      yield {
        items: items.map((item) => withKind(type, item)),
        resourceVersion: page.metadata?.resourceVersion ?? '',
        isLast: next === undefined,
      };
    } while (next);
  }

  const write = (
    verb: string,
    method: string,
    type: ResourceType,
    ref: { namespace?: string; name?: string },
    rest: WriteRest,
  ) =>
    json(
      {
        method,
        path: pathOf(type, ref, rest.options?.subresource) + writeQuery(rest),
        headers: { 'content-type': rest.contentType ?? 'application/json' },
        body: JSON.stringify(rest.body),
      },
      `${verb} ${subjectOf(type, { ...ref, name: rest.name ?? ref.name })}`,
    );

  const self: Client = {
    server: access.server,
    connection,
    stream,
    json,
    pages,
    get: async (type, ref) =>
      withKind(type, (await json({ path: pathOf(type, ref) }, `get ${subjectOf(type, ref)}`)) as never),
    find: (type, ref) => self.get<never>(type, ref).catch(absent),
    async list<T extends KubeObject>(type: ResourceType, query?: ListQuery) {
      const found: T[] = [];
      for await (const page of pages<T>(type, query)) found.push(...page.items);
      return found;
    },
    create: async (type, object, options) => {
      const { namespace, name } = object.metadata;
      return (await write('create', 'POST', type, { namespace }, { body: object, options, name })) as typeof object;
    },
    update: async (type, object, options) =>
      (await write('update', 'PUT', type, object.metadata, { body: object, options })) as typeof object,
    patch: async (type, ref, body, options = {}) =>
      (await write('patch', 'PATCH', type, ref, {
        body,
        options,
        force: options.force,
        contentType: PATCH_TYPES[options.type ?? 'merge'],
      })) as never,
    apply: (type, object, options) =>
      self.patch(type, object.metadata, object, { ...options, type: 'apply', force: true }),
    async delete(type, ref, options = {}) {
      const body = JSON.stringify(deleteBody(options));
      const request = {
        method: 'DELETE',
        path: pathOf(type, ref),
        body,
        headers: { 'content-type': 'application/json' },
      };
      try {
        await json(request, `delete ${subjectOf(type, ref)}`);
        return true;
      } catch (error) {
        if (isFault(error, 'kube/not-found')) return false;
        throw error;
      }
    },
    close: () => connection.close(),
  };
  return self;
}

interface ListAnswer<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

interface WriteRest {
  readonly body: unknown;
  readonly options?: WriteOptions;
  readonly force?: boolean;
  readonly contentType?: string;
  readonly name?: string;
}

function writeQuery({ options = {}, force }: WriteRest): string {
  const { fieldManager, dryRun } = options;
  return queryOf({ fieldManager, force, dryRun: dryRun ? 'All' : undefined });
}

function deleteBody({ uid, resourceVersion, graceSeconds, propagation }: DeleteOptions) {
  const guarded = uid !== undefined || resourceVersion !== undefined;
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(guarded && { preconditions: { uid, resourceVersion } }),
    ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
    ...(propagation && { propagationPolicy: propagation }),
  };
}

/** Items of a list do not repeat their kind. */
function withKind<T extends KubeObject>(type: ResourceType, item: T): T {
  if (item.kind && item.apiVersion) return item;
  return { ...item, apiVersion: type.group ? `${type.group}/${type.version}` : type.version, kind: type.kind };
}

function absent(error: unknown): undefined {
  if (isFault(error, 'kube/not-found')) return undefined;
  throw error;
}

async function readBody(response: IncomingMessage, server: string, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  response.setTimeout(BODY_TIMEOUT_MS, () => response.destroy(new Error('the answer stopped in the middle')));
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (cause) {
    throw unreachable(what, server, cause);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseAnswer(body: string, what: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new SealaneError('kube/bad-answer', `${what}: read the answer`, { cause });
  }
}

function parseStatus(body: string): StatusBody | string {
  if (!body.startsWith('{')) return body;
  try {
    return JSON.parse(body) as StatusBody;
  } catch {
    return body;
  }
}
