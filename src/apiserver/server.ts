/**
 * The embedded API server: HTTPS with client certificates, HTTP/1.1 and HTTP/2, over one store. What it serves is data
 * (`kinds/`); what single kinds ask for beyond that is in `write/kind-rules.ts` and `duties/`.
 */
import { randomUUID } from 'node:crypto';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createTokenKey, createTokenSigner } from '#identity/index.ts';
import { type Clock, type Log, SealaneError } from '#kit/index.ts';
import type { KubeObject, Store } from '#objects/index.ts';
import { createAccountTokens } from './accounts/account-tokens.ts';
import { aggregateRoles } from './duties/aggregate-roles.ts';
import { serveCustomKinds } from './duties/custom-kinds.ts';
import { makeDefaultAccounts } from './duties/default-accounts.ts';
import { collectGarbage } from './duties/garbage-collector.ts';
import { expireEvents } from './duties/expire-events.ts';
import { endNamespaces } from './duties/namespace-end.ts';
import { setEngineFlags } from './engine-flags.ts';
import { answer, type AnswerContext } from './http/answer.ts';
import { createLimits, type LimitOptions } from './http/limits.ts';
import { answerUpgrade } from './http/upgrade.ts';
import { builtinKinds } from './kinds/builtin.ts';
import { createRegistry } from './kinds/registry.ts';
import { firstObjects } from './first-objects.ts';
import { createAuthorizer } from './rbac/authorizer.ts';
import { RBAC_GROUP } from './rbac/policy.ts';
import { builtinRules } from './write/kind-rules.ts';
import { createWriter } from './write/writer.ts';

export interface ApiServerOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. Clients must show a certificate that `clientAuthority` signed. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientAuthority: string };
  readonly store: Store;
  /** Ranges of cluster IPs, one of each family that the cluster has, its own first. */
  readonly serviceRanges: readonly string[];
  /** `hub`: only what a production hub needs. */
  readonly kinds?: 'all' | 'hub';
  /** CustomResourceDefinitions that are there from the start. */
  readonly crds?: readonly KubeObject[];
  /** Further objects that are there from the start: made when they are not. */
  readonly objects?: readonly KubeObject[];
  /** How many requests and watches at once. */
  readonly limits?: Partial<LimitOptions>;
  /** Unix socket that answers for logs and exec. */
  readonly kubeletSocket?: string;
  /** Signs the tokens of ServiceAccounts (PEM, EC P-256). Without one they end with this process. */
  readonly tokenKey?: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ApiServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A client that does not finish its TLS handshake by then is no client. */
const HANDSHAKE_MS = 10_000;

/** @throws `apiserver/listen` when the address is taken */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  setEngineFlags();
  const stopping = new AbortController();
  const context = engine(options, stopping.signal);
  const server = secureServer(options);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => void answer(context, request, response));
  server.on('upgrade', (request, socket, head) => answerUpgrade(context, request, socket, head));
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.on('sessionError', (error) => options.log.debug({ err: error }, 'session broken'));
  await listen(server, options).catch((error: unknown) => {
    stopping.abort();
    throw error;
  });
  server.on('error', (error) => options.log.error({ err: error }, 'server'));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function secureServer({ tls: { certificate: cert, key, clientAuthority: ca } }: ApiServerOptions): Http2SecureServer {
  return createSecureServer({
    cert,
    key,
    ca,
    requestCert: true,
    rejectUnauthorized: false, // 401 with a Status says more than a broken handshake
    allowHTTP1: true,
    handshakeTimeout: HANDSHAKE_MS,
  });
}

function engine(
  {
    store,
    clock,
    serviceRanges,
    kinds = 'all',
    crds = [],
    objects = [],
    tokenKey,
    limits,
    kubeletSocket,
    log,
  }: ApiServerOptions,
  stopping: AbortSignal,
): AnswerContext {
  const registry = createRegistry(builtinKinds(kinds));
  const builtin = registry.kinds();
  const authorizer = createAuthorizer(store);
  const signer = createTokenSigner(tokenKey ?? createTokenKey());
  const tokens = createAccountTokens({ store, clock, signer, newUid: randomUUID });
  const rules = builtinRules({
    authorizer,
    store,
    serviceRanges,
    clock,
    random: () => clock.random(),
    isBuiltin: (group, plural, kind) =>
      builtin.some(({ type }) => type.group === group && (type.plural === plural || type.kind === kind)),
  });
  const writer = createWriter({ store, clock, newUid: randomUUID, rules });
  writer.onWrite(({ asked: { type } }) => type.group === RBAC_GROUP && authorizer.forget());
  serveCustomKinds(registry, store, writer, clock, log);
  firstObjects({ registry, store, writer, serviceRanges, crds, objects });
  aggregateRoles(registry, store, writer, log);
  makeDefaultAccounts(registry, store, writer, log);
  collectGarbage(registry, store, writer, log);
  endNamespaces(registry, store, writer, clock, log);
  expireEvents({ registry, store, writer, clock, log }, stopping);
  return {
    registry,
    store,
    writer,
    authorizer,
    tokens,
    enter: createLimits(limits),
    clock,
    stopping,
    kubeletSocket,
    log,
  };
}

function listen(server: Http2SecureServer, { address, port }: ApiServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new SealaneError('apiserver/listen', `serve on ${address}:${port}`, { cause })),
    );
    server.listen(port, address, resolve);
  });
}
