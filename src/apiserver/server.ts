/**
 * The embedded API server: HTTPS with client certificates, HTTP/1.1 and HTTP/2, over one store. What it serves is data
 * (`kinds/`); what single kinds ask for beyond that is in `write/kind-rules.ts` and `duties/`.
 */
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { SealaneError } from '#kit/index.ts';
import { createEngine, type EngineOptions } from './engine.ts';
import { setEngineFlags } from './engine-flags.ts';
import { answer } from './http/answer.ts';
import { answerUpgrade } from './http/upgrade.ts';

export interface ApiServerOptions extends EngineOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. Clients must show a certificate that `clientAuthority` signed. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientAuthority: string };
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
  const context = createEngine(options, stopping.signal);
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

function listen(server: Http2SecureServer, { address, port }: ApiServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new SealaneError('apiserver/listen', `serve on ${address}:${port}`, { cause })),
    );
    server.listen(port, address, resolve);
  });
}
