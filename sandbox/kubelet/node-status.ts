/** Keeps the Nodes there, ready, and their Leases fresh. */
import { arch, cpus, release, totalmem } from 'node:os';
import { LEASES, NAMESPACES, NODES } from '#api/index.ts';
import { type Clock, every, isFault, type Log, messageOf, microTimestamp, timestamp } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';
import type { KubeletConfig, NodeConfig } from './config.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
const RENEW_MS = 10_000;
const FIELD_MANAGER = 'kubelet';

/** @returns stop */
export async function keepNodes(client: Client, { nodes }: KubeletConfig, clock: Clock, log: Log): Promise<() => void> {
  let failed = false;
  async function renew() {
    try {
      for (const node of nodes) await sayAlive(client, node, clock);
      failed = false;
    } catch (error) {
      if (!failed) log.warn({ cause: messageOf(error) }, 'nodes not renewed, will be tried again');
      failed = true;
    }
  }
  await renew();
  const stopFast = every(clock, 1_000, () => (failed ? renew() : undefined));
  const stopSlow = every(clock, RENEW_MS, renew);
  return () => {
    stopFast();
    stopSlow();
  };
}

async function sayAlive(client: Client, node: NodeConfig, clock: Clock): Promise<void> {
  if (!(await client.find(NODES, { name: node.name }))) await register(client, node);
  const status = nodeStatus(node, clock);
  await client.patch(NODES, { name: node.name }, { status }, { subresource: 'status', type: 'strategic' });
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: LEASE_NAMESPACE, name: node.name },
    spec: { holderIdentity: node.name, leaseDurationSeconds: 40, renewTime: microTimestamp(clock) },
  };
  await client.apply<KubeObject>(LEASES, lease, { fieldManager: FIELD_MANAGER });
}

async function register(client: Client, { name, podRanges, labels }: NodeConfig): Promise<void> {
  await unlessThere(
    client.create<KubeObject>(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: LEASE_NAMESPACE } }),
  );
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': arch() === 'x64' ? 'amd64' : arch(),
        ...labels,
      },
    },
    spec: { podCIDR: podRanges[0], podCIDRs: podRanges },
  };
  await unlessThere(client.create<KubeObject>(NODES, node));
}

async function unlessThere(creating: Promise<unknown>): Promise<void> {
  try {
    await creating;
  } catch (error) {
    if (!isFault(error, 'kube/exists')) throw error;
  }
}

function nodeStatus({ name, lanAddresses }: NodeConfig, clock: Clock) {
  const now = timestamp(clock);
  const resources = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '250' };
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'the sandbox runs its pods as processes',
    lastHeartbeatTime: now,
    lastTransitionTime: STARTED.get(name) ?? now,
  };
  STARTED.set(name, ready.lastTransitionTime);
  return {
    addresses: [
      ...lanAddresses.map((address) => ({ type: 'InternalIP', address })),
      { type: 'Hostname', address: name },
      // Merged by type, two of one type would become one: as the real kubelet does.
      { $patch: 'replace' },
    ],
    capacity: resources,
    allocatable: resources,
    conditions: [ready],
    nodeInfo: {
      architecture: arch() === 'x64' ? 'amd64' : arch(),
      operatingSystem: 'linux',
      kernelVersion: release(),
      osImage: 'sealane sandbox',
      containerRuntimeVersion: 'sealane://1',
      kubeletVersion: 'v1.31.0+sealane',
      kubeProxyVersion: '',
      bootID: '',
      machineID: '',
      systemUUID: '',
    },
  };
}

/** When a node became ready, as far as this process saw. */
const STARTED = new Map<string, string>();
