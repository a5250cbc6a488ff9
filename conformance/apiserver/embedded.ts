/** The embedded server as a target: on a free port, with certificates of its own. */
import { type ApiServerOptions, startApiServer } from '#apiserver/index.ts';
import { type Authority, createAuthority } from '#identity/index.ts';
import { silentLog, systemClock } from '#kit/index.ts';
import { createMemoryStore, type Store } from '#objects/index.ts';
import type { Access } from './api.ts';

export interface Embedded {
  readonly access: Access;
  readonly store: Store;
  readonly port: number;
  close(): Promise<void>;
}

let authority: Promise<Authority> | undefined;

export async function startEmbedded(options: Partial<ApiServerOptions> = {}): Promise<Embedded> {
  authority ??= createAuthority('conformance');
  const root = await authority;
  const leaf = await root.issue({ commonName: 'server', usages: ['server'], addresses: ['127.0.0.1'] });
  const user = await root.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const store = options.store ?? createMemoryStore();
  const server = await startApiServer({
    address: '127.0.0.1',
    port: 0,
    tls: { certificate: leaf.certificate, key: leaf.key, clientAuthority: root.certificate },
    serviceRanges: ['10.96.0.0/16'],
    clock: systemClock,
    log: silentLog,
    ...options,
    store,
  });
  const access = {
    server: `https://127.0.0.1:${server.port}`,
    ca: root.certificate,
    cert: user.certificate,
    key: user.key,
  };
  return { access, store, port: server.port, close: () => server.close() };
}
