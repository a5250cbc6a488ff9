/** Nothing of ours stands between caller and server: while connections are kept, only the pods hold their sockets. */
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { CLUSTER_EXPORTS, type ClusterExport } from '#api/index.ts';
import { cgroup2Mount, processesIn } from '#host/index.ts';
import { cgroups } from '#sandbox/topology/index.ts';
import { readTopologyState } from '#sandbox/supervise/index.ts';
import { callerPod, inPod } from '../in-pod.ts';
import { CALLER, PORT } from '../resources.ts';
import { establishedIn, onePerNamespace, socketsOf, type TcpSocket } from '../sockets.ts';
import type { Stage } from '../stage.ts';

const KEPT = 4;
const SOON_MS = 10_000;

/** Bash opens connections by itself, and keeps them until its input ends; what they say does not matter here. */
const HOLD = `for i in 3 4 5 6; do eval "exec $i<>/dev/tcp/httpbin.httpbin/${PORT}" || exit 1; done; read -r _`;

export async function noProxy(stage: Stage): Promise<void> {
  const { screen } = stage;
  screen.title(`No process of sealane holds a socket of the data path (${KEPT} connections are kept meanwhile)`);
  const { metadata } = await callerPod(stage);
  const ports = new Set([PORT, ...(await lanePorts(stage))]);
  const input = new PassThrough();
  const holding = inPod(stage, CALLER, metadata, ['bash', '-c', HOLD], input);
  try {
    await lookAtSockets(stage, ports);
  } finally {
    input.end();
    await Promise.allSettled([holding]);
  }
}

async function lookAtSockets(stage: Stage, ports: ReadonlySet<number>): Promise<void> {
  let kept: readonly TcpSocket[] = [];
  await stage.until(SOON_MS, {
    what: 'kept connections',
    holds: async () => {
      kept = dataPath(podProcesses(stage), ports);
      // Both ends of each.
      return kept.length >= 2 * KEPT ? undefined : `${kept.length} sockets of ${2 * KEPT} in pods`;
    },
  });
  const own = ownProcesses(stage);
  const held = dataPath(own, ports);
  const inodes = new Set([...kept, ...held].map(({ inode }) => inode));
  const owners = own.filter((pid) => !socketsOf(pid).isDisjointFrom(inodes));
  const seen = `${kept.length} sockets in pods, ${held.length} in the namespaces of ${own.length} processes of sealane`;
  stage.screen.say(seen);
  stage.note({
    step: 'no process of ours holds a socket of the data path',
    passed: own.length > 0 && held.length === 0 && owners.length === 0,
    seen: owners.length > 0 ? `${seen}; held by processes ${owners.join(', ')}` : seen,
  });
}

async function lanePorts(stage: Stage): Promise<number[]> {
  const records = await stage.hub.list<ClusterExport>(CLUSTER_EXPORTS);
  return records.flatMap(({ spec }) => spec.ports.flatMap(({ lanePort }) => lanePort ?? []));
}

function dataPath(pids: readonly number[], ports: ReadonlySet<number>): TcpSocket[] {
  return onePerNamespace(pids)
    .flatMap(establishedIn)
    .filter(({ localPort, remotePort }) => ports.has(localPort) || ports.has(remotePort));
}

function podProcesses({ sandbox }: Stage): number[] {
  const nodes = readTopologyState(sandbox).clusters.flatMap(({ name, nodes: its }) =>
    its.map((node) => cgroups.pods(sandbox, name, node.name)),
  );
  return nodes.flatMap((path) => processesIn(join(cgroup2Mount(), path)));
}

function ownProcesses({ sandbox }: Stage): number[] {
  return processesIn(join(cgroup2Mount(), cgroups.system(sandbox)));
}
