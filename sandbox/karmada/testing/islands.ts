/** A hub and members in this process, each a real embedded API server with a memory store, on loopback. */
import { crds } from '#api/index.ts';
import { compatCrds } from '#compat/index.ts';
import { type ApiServer, startApiServer } from '#apiserver/index.ts';
import { createAuthority } from '#identity/index.ts';
import { silentLog, systemClock } from '#kit/index.ts';
import { type Client, createClient } from '#kube/index.ts';
import { createMemoryStore, type KubeObject, type Store } from '#objects/index.ts';
import type { Members } from '../controllers/members.ts';
import { serve } from '../controllers/serve.ts';
import { propagationCrds } from '../crds.ts';

export interface Island {
  readonly name: string;
  readonly client: Client;
  /** Down, until it is started again on the same port. */
  stop(): Promise<void>;
  /** @param lost with nothing in its store */
  start(lost?: boolean): Promise<void>;
}

export interface Islands {
  readonly hub: Island;
  readonly members: readonly Island[];
  /** Starts the propagation. @returns stops it */
  propagate(options?: { readonly failover?: boolean }): () => Promise<void>;
  close(): Promise<void>;
}

export async function startIslands(names: readonly string[]): Promise<Islands> {
  const authority = await createAuthority('test');
  const server = await authority.issue({ commonName: 'localhost', dnsNames: ['localhost'], addresses: ['127.0.0.1'] });
  const admin = await authority.issue({ commonName: 'admin', organizations: ['system:masters'] });

  async function startIsland(name: string, kinds: readonly KubeObject[]): Promise<Island> {
    let store: Store = createMemoryStore();
    let running: ApiServer | undefined;
    const start = async (port = 0) => {
      running = await startApiServer({
        address: '127.0.0.1',
        port,
        tls: { certificate: server.certificate, key: server.key, clientAuthority: authority.certificate },
        store,
        serviceRanges: ['10.96.0.0/16'],
        crds: kinds,
        clock: systemClock,
        log: silentLog,
      });
      return running.port;
    };
    const port = await start();
    const client = createClient({
      server: `https://127.0.0.1:${port}`,
      ca: authority.certificate,
      cert: admin.certificate,
      key: admin.key,
    });
    return {
      name,
      client,
      stop: async () => running?.close(),
      start: async (lost = false) => {
        if (lost) store = createMemoryStore();
        await start(port);
      },
    };
  }

  const installed = [...crds({ role: 'member' }), ...compatCrds()];
  const hub = await startIsland('hub', [...propagationCrds(), ...installed]);
  const members = await Promise.all(names.map((name) => startIsland(name, installed)));

  return {
    hub,
    members,
    propagate({ failover = false } = {}) {
      const stopping = new AbortController();
      const connected: Members = new Map(
        members.map(({ name, client }) => [
          name,
          {
            config: { name, kubeconfig: '' },
            client,
            reachable: undefined,
            version: undefined,
            reason: '',
            since: systemClock.monotonic(),
          },
        ]),
      );
      const log = silentLog;
      const rejoinMs = 100;
      const ended = serve({
        rejoinMs,
        failover,
        hub: hub.client,
        members: connected,
        clock: systemClock,
        log,
        signal: stopping.signal,
      });
      return async () => {
        stopping.abort();
        await ended;
      };
    },
    async close() {
      for (const island of [hub, ...members]) {
        island.client.close();
        await island.stop();
      }
    },
  };
}
