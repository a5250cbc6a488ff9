/** A request and its answer as the API server's engine sees them, without a socket. */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { RawRequest } from '#kube/index.ts';

export interface AnswerSink {
  head(statusCode: number): void;
  chunk(text: string | Buffer): void;
  end(): void;
  /** Broken off. */
  broken(): void;
}

const SOCKET = {
  authorized: true,
  getPeerCertificate: () => ({ subject: { CN: 'admin', O: 'system:masters' } }),
  destroy: () => {},
};

type Listener = (chunk?: Buffer) => void;

export function requestOf({ method = 'GET', path, headers, body }: RawRequest): Http2ServerRequest {
  let onData: Listener = () => {};
  const request = {
    method,
    url: path,
    headers: { accept: 'application/json', 'user-agent': 'sim', ...headers },
    rawHeaders: [],
    socket: SOCKET,
    destroy: () => {},
    on(event: string, listener: Listener) {
      if (event === 'data') onData = listener;
      if (event === 'end')
        queueMicrotask(() => {
          if (body !== undefined) onData(Buffer.from(body));
          listener();
        });
      return request;
    },
  };
  return request as unknown as Http2ServerRequest;
}

/** @returns the engine's end, and what to call when the client has gone */
export function responseTo(sink: AnswerSink): { readonly response: Http2ServerResponse; readonly gone: () => void } {
  const closed = new Set<() => void>();
  const headers = new Map<string, unknown>();
  let ended = false;
  const finish = (tell: () => void) => {
    if (ended) return;
    ended = true;
    tell();
    for (const listener of closed) listener();
  };
  const response = {
    headersSent: false,
    destroyed: false,
    writableLength: 0,
    setHeader: (name: string, value: unknown) => headers.set(name, value),
    getHeader: (name: string) => headers.get(name),
    on(event: string, listener: () => void) {
      if (event === 'close') closed.add(listener);
      return response;
    },
    once: (event: string, listener: () => void) => response.on(event, listener),
    writeHead(statusCode: number) {
      response.headersSent = true;
      if (!ended) sink.head(statusCode);
      return response;
    },
    write: (text: string | Buffer) => !ended && sink.chunk(text),
    end(text?: string | Buffer) {
      if (text !== undefined && !ended) sink.chunk(text);
      finish(() => sink.end());
    },
    destroy: () => finish(() => sink.broken()),
  };
  return { response: response as unknown as Http2ServerResponse, gone: () => finish(() => {}) };
}
