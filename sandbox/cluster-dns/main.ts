import { once } from 'node:events';
import {
  ENDPOINT_SLICES,
  type EndpointSlice,
  LABEL_LOCAL_SERVICE,
  NAMESPACES,
  type Service,
  SERVICES,
} from '#api/index.ts';
import { addressRecord, listenTcp, listenUdp, readQuery, typeOf, writeAnswer, writeRefusal } from '#dns/index.ts';
import { createLog, sleep, systemClock } from '#kit/index.ts';
import { createClient, readKubeconfig, reflect } from '#kube/index.ts';
import type { ClusterDnsConfig } from './config.ts';
import { answerName, type ZoneSource } from './zone.ts';

const TYPE_ANY = 255;
/** So long a start may wait for the API server before answering from what there is. */
const PATIENCE_MS = 30_000;

/** Runs until the signal fires (default: SIGTERM or SIGINT). */
export async function runClusterDns(config: ClusterDnsConfig, signal?: AbortSignal): Promise<void> {
  const clock = systemClock;
  const log = createLog('cluster-dns', { cluster: config.cluster });
  const client = createClient(readKubeconfig(config.kubeconfig), { clock });
  const options = { clock, log };
  const services = reflect<Service>(client, SERVICES, options);
  const namespaces = reflect(client, NAMESPACES, options);
  const slices = reflect<EndpointSlice>(client, ENDPOINT_SLICES, {
    ...options,
    labelSelector: LABEL_LOCAL_SERVICE,
    indexBy: ({ metadata: { namespace, labels } }) => `${namespace}/${labels?.[LABEL_LOCAL_SERVICE]}`,
  });
  const caches = [services, slices, namespaces];
  const source: ZoneSource = {
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    slices: (namespace, service) => slices.indexed(`${namespace}/${service}`),
    hasNamespace: (name) => namespaces.get(name) !== undefined,
  };
  await Promise.race([Promise.all(caches.map((cache) => cache.whenSynced())), sleep(clock, PATIENCE_MS)]);

  const domain = config.clusterDomain ?? 'cluster.local';
  const isFilled = () => caches.every(({ synced }) => synced);
  const handler = (transport: 'udp' | 'tcp') => (message: Buffer) =>
    Promise.resolve(answer(message, transport, domain, source, isFilled));
  const port = config.port ?? 53;
  const listeners = await Promise.all(
    config.addresses.map(async (address) => ({
      udp: await listenUdp(address, port, handler('udp'), log),
      tcp: await listenTcp(address, port, handler('tcp'), clock, log),
    })),
  );
  log.info({ addresses: config.addresses, port }, 'ready');

  if (signal) await (signal.aborted ? undefined : once(signal, 'abort'));
  else await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  for (const { udp, tcp } of listeners) {
    udp.close();
    await tcp.close();
  }
  for (const cache of caches) cache.stop();
  client.close();
}

/** @returns undefined when nothing should be sent */
function answer(
  message: Buffer,
  transport: 'udp' | 'tcp',
  domain: string,
  source: ZoneSource,
  isFilled: () => boolean,
): Buffer | undefined {
  const read = readQuery(message);
  if (read.kind === 'ignore') return undefined;
  if (read.kind === 'refuse') return writeRefusal(read.id, read.rcode);
  const { query } = read;
  if (query.ednsVersion) return writeAnswer(query, { rcode: 'BADVERS' }, transport);
  // Absence is not said on the word of a cache that has not heard everything yet.
  if (!isFilled()) return writeAnswer(query, { rcode: 'SERVFAIL' }, transport);
  const { rcode, addresses, authoritative } = answerName(query.name, domain, source);
  const all = addresses.map(addressRecord).filter((one) => one !== undefined);
  const records = all.filter((record) => query.type === TYPE_ANY || query.type === typeOf(record));
  const soa = records.length === 0 && authoritative ? { soa: { zone: domain, serial: 1 } } : {};
  return writeAnswer(query, { rcode, authoritative, records, ...soa }, transport);
}
