/** The files that a pod sees in place of the machine's. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bind } from '#host/index.ts';
import type { Pod } from '#sandbox/workloads/index.ts';

export interface PodNames {
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
}

export function resolvConf(namespace: string, { clusterDns, clusterDomain }: PodNames): string {
  const search = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain].join(' ');
  const servers = clusterDns.map((address) => `nameserver ${address}\n`);
  return `search ${search}\n${servers.join('')}options ndots:5\n`;
}

export function hostsFile({ metadata, spec }: Pod, addresses: readonly string[], clusterDomain: string): string {
  const short = spec.hostname ?? metadata.name;
  const long =
    spec.subdomain === undefined ? '' : `${short}.${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain} `;
  const aliases = (spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => `${ip} ${hostnames.join(' ')}\n`);
  const own = addresses.map((address) => `${address} ${long}${short}\n`);
  return `127.0.0.1 localhost\n::1 localhost ip6-localhost\n${own.join('')}${aliases.join('')}`;
}

/** @param folder of the pod */
export function writePodFiles(folder: string, pod: Pod, addresses: readonly string[], names: PodNames): Bind[] {
  const files = {
    '/etc/resolv.conf': resolvConf(pod.metadata.namespace ?? 'default', names),
    '/etc/hosts': hostsFile(pod, addresses, names.clusterDomain),
  };
  return Object.entries(files).map(([target, text]) => {
    const source = join(folder, target.slice('/etc/'.length));
    writeFileSync(source, text);
    return { source, target };
  });
}
