/** A mutating webhook for ResourceBindings. Every process that is told to serves it, whoever leads. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ANNOTATION_EVICTION, EVICT_AT_ONCE, KARMADA_CLUSTERS, type KarmadaCluster } from '#api/index.ts';
import { type Log, messageOf, SealaneError } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { Json } from '#objects/index.ts';
import { answerReview, newlyLeft, readReview } from './review.ts';

export interface AdmissionOptions {
  readonly address: string;
  readonly port: number;
  /** PEM files. */
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Of Karmada's API server. */
  readonly client: Client;
  readonly log: Log;
}

export interface Admission {
  readonly port: number;
  close(): Promise<void>;
}

/** The API server's own limit of a request. */
const MAX_BODY = 3 * 1024 * 1024;
const MAX_CONNECTIONS = 64;
/** Karmada waits for at most ten; it goes on without an answer (`failurePolicy: Ignore`). */
const TIMEOUT_MS = 5_000;

/** @throws `hub/listen`, `hub/bad-certificate` */
export async function serveAdmission(options: AdmissionOptions): Promise<Admission> {
  const { address, port, client, log } = options;
  const server = listener(options, (request, response) => {
    answer(client, request).then(
      (body) => respond(response, 200, body),
      (error: unknown) => {
        log.warn({ reason: messageOf(error) }, 'a review of an eviction was not answered');
        respond(response, 400, { message: messageOf(error) });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new SealaneError('hub/listen', `listen for reviews at ${address}:${port}`, { cause })),
    );
    server.listen(port, address, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listener(
  { certificateFile, keyFile }: AdmissionOptions,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
) {
  try {
    const [cert, key] = [readFileSync(certificateFile), readFileSync(keyFile)];
    const limits = { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS, connectionsCheckingInterval: 1_000 };
    const server = createServer({ cert, key, minVersion: 'TLSv1.2', ...limits }, onRequest);
    server.maxConnections = MAX_CONNECTIONS;
    return server;
  } catch (cause) {
    throw new SealaneError('hub/bad-certificate', 'listen for reviews: certificate or key cannot be used', { cause });
  }
}

async function answer(client: Client, request: IncomingMessage): Promise<object> {
  const review = readReview(JSON.parse(await bodyOf(request)) as Json);
  if (!review) throw new SealaneError('hub/bad-review', 'read a review: not an AdmissionReview of admission.k8s.io/v1');
  const left = newlyLeft(review);
  // One question, however many there are: who asks is not known.
  const clusters = left.length > 0 ? await client.list<KarmadaCluster>(KARMADA_CLUSTERS) : [];
  const atOnce = clusters.flatMap(({ metadata: { name, annotations } }) =>
    annotations?.[ANNOTATION_EVICTION] === EVICT_AT_ONCE ? name : [],
  );
  return answerReview(review, new Set(atOnce));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new SealaneError('hub/bad-review', `read a review: more than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
