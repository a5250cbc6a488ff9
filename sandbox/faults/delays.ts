/**
 * Links that are slow. What passes the bridge's end of a link is led through a device that holds it, and back to where it was led away:
 * an ifb device with netem, or a pair of devices with a process at its other end (`relay.ts`). Neither bridge nor link changes.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { capture, ipBatch, ipJson, namespacePath, nft, run, setSysctls } from '#host/index.ts';
import { enterNamespace } from '#kernel/index.ts';
import { isFault, systemClock } from '#kit/index.ts';
import { askSupervisor, awaitAll, RELAY, relayProcess, statePaths, writeJson } from '#sandbox/supervise/index.ts';
import { addressFamily } from '#sandbox/topology/index.ts';
import { HELD_MOST, type Slowness } from './holding.ts';
import type { Port } from './ports.ts';
import type { Relayed } from './relay.ts';

/** Seen from the place: `out` is what it sends, and comes in at the bridge. */
export type Way = 'in' | 'out';

/** One way of a link that is slow. */
interface Slow {
  readonly port: Port;
  readonly way: Way;
  /** Beside the port: what is sent by it is held. */
  readonly device: string;
  /** Of the relay: the other end of that device. */
  readonly end: string;
}

const RELAY_MS = 30_000;

/** @param ports all of one namespace. @throws `sandbox/supervisor-gone`, `sandbox/not-ready` */
export async function slowDown(
  sandbox: string,
  ports: readonly Port[],
  ways: readonly Way[],
  slowness: Slowness,
): Promise<void> {
  const namespace = namespaceOf(ports);
  const links = slowLinks(ports, ways);
  await release(sandbox, namespace, links);
  try {
    const marks = (await hasNetem(namespace, links))
      ? await holdInKernel(namespace, links, slowness)
      : await holdInRelay(sandbox, namespace, links, slowness);
    await nft(links.map((link) => leadingAway(link, marks.get(link.end))).join(''), { namespace });
  } catch (error) {
    await speedUp(sandbox, ports, ways);
    throw error;
  }
}

/** Undoes it where it was done; what is held at that moment is lost. */
export async function speedUp(sandbox: string, ports: readonly Port[], ways: readonly Way[]): Promise<void> {
  const released = await release(sandbox, namespaceOf(ports), slowLinks(ports, ways));
  if (released > 0) await dismissRelay(sandbox);
}

/** @returns how many of them were slow */
async function release(sandbox: string, namespace: string, all: readonly Slow[]): Promise<number> {
  const there = await devicesIn(namespace);
  const links = all.filter(({ device }) => there.has(device));
  if (links.length === 0) return 0;
  await nft(links.map(({ device }) => deleting(`table netdev ${device}`)).join(''), { namespace });
  for (const { end } of links) rmSync(statePaths(sandbox).delay(namespace, end), { force: true });
  await ipBatch(
    links.map(({ device }) => `link delete ${device}`),
    { namespace },
  );
  return links.length;
}

/** Lines for nft that delete it, there or not: what has been added can be deleted. */
export function deleting(what: string): string {
  return `add ${what}\ndelete ${what}\n`;
}

function slowLinks(ports: readonly Port[], ways: readonly Way[]): Slow[] {
  return ports.flatMap((port) =>
    ways.map((way) => ({ port, way, device: `${port.device}-${way}`, end: `${port.device}-${way}-r` })),
  );
}

function namespaceOf([port]: readonly Port[]): string {
  return port?.namespace ?? '';
}

/** @returns names with their indices */
async function devicesIn(namespace: string): Promise<Map<string, number>> {
  const links = await ipJson<{ ifname: string; ifindex: number }>(['link', 'show'], { namespace });
  return new Map(links.map(({ ifname, ifindex }) => [ifname, ifindex]));
}

/** A kernel may lack the one or the other, or have it as a module. */
async function hasNetem(namespace: string, [link]: readonly Slow[]): Promise<boolean> {
  const device = link?.device ?? '';
  if ((await capture('ip', ['-n', namespace, 'link', 'add', device, 'type', 'ifb'])).code !== 0) return false;
  const { code } = await capture('tc', ['-n', namespace, 'qdisc', 'add', 'dev', device, 'root', 'netem']);
  await ipBatch([`link delete ${device}`], { namespace });
  return code === 0;
}

/** An ifb device gives back by itself what it was given, past all filters. @returns no marks: none are needed */
async function holdInKernel(
  namespace: string,
  links: readonly Slow[],
  { byMs, jitterMs, lossPercent }: Slowness,
): Promise<ReadonlyMap<string, number>> {
  // With a rate, even one beyond reach, netem keeps the order.
  const jitter = jitterMs === 0 ? '' : ` ${jitterMs}ms rate 100gbit`;
  const shape = `netem limit ${HELD_MOST} loss ${lossPercent}% delay ${byMs}ms${jitter}`;
  await ipBatch(
    links.map(({ device }) => `link add ${device} up type ifb`),
    { namespace },
  );
  await tcBatch(
    namespace,
    links.map(({ device }) => `qdisc add dev ${device} root ${shape}`),
  );
  return new Map();
}

/** @returns marks of what the relay gives back, by its device: that is not led away again */
async function holdInRelay(
  sandbox: string,
  namespace: string,
  links: readonly Slow[],
  slowness: Slowness,
): Promise<ReadonlyMap<string, number>> {
  const paths = statePaths(sandbox);
  await makePairs(namespace, links);
  const indices = await devicesIn(namespace);
  for (const { end } of links) {
    const relayed: Relayed = { namespace, device: end, index: indices.get(end) ?? 0, ...slowness };
    writeJson(paths.delay(namespace, end), relayed);
  }
  await askSupervisor(paths.control, { verb: 'add', process: relayProcess(sandbox, paths) });
  const relays = links.map(({ end }) => ({
    what: `relay of ${end} in ${namespace}`,
    holds: async () => (isHeard(namespace, indices.get(end)) ? undefined : 'does not listen'),
  }));
  await awaitAll(relays, RELAY_MS, systemClock);
  return indices;
}

async function makePairs(namespace: string, links: readonly Slow[]): Promise<void> {
  const ends = links.flatMap(({ device, end }) => [device, end]);
  await ipBatch(
    links.map(({ device, end }) => `link add ${device} type veth peer name ${end}`),
    { namespace },
  );
  // The kernel looks for routers by every device that has IPv6, and that would get on to the bridge.
  const silent = ends.map((device) => [`net.ipv6.conf.${device}.disable_ipv6`, '1']);
  if (existsSync('/proc/sys/net/ipv6')) await setSysctls(Object.fromEntries(silent), { namespace });
  await ipBatch(
    ends.map((device) => `link set ${device} up`),
    { namespace },
  );
  await tcBatch(
    namespace,
    links.flatMap(({ port, way, device }) => [
      `qdisc add dev ${device} clsact`,
      `filter add dev ${device} ingress protocol all u32 match u32 0 0 action mirred ${HOOKS[way]} redirect dev ${port.device}`,
    ]),
  );
}

async function tcBatch(namespace: string, lines: readonly string[]): Promise<void> {
  await run('tc', ['-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** Whether somebody has a packet socket on it. */
function isHeard(namespace: string, index: number | undefined): boolean {
  const sockets = enterNamespace(namespacePath(namespace), () => readFileSync('/proc/thread-self/net/packet', 'utf8'));
  return sockets.split('\n').some((line) => line.trim().split(/\s+/)[4] === String(index));
}

const HOOKS: Readonly<Record<Way, string>> = { in: 'egress', out: 'ingress' };
const OTHER_SIDE: Readonly<Record<Way, string>> = { in: 'saddr', out: 'daddr' };

/** Neighbours are found at once, as they would be with a router nearby: no address is given up because it is far. */
function leadingAway({ port, way, device, end }: Slow, mark: number | undefined): string {
  const near = (header: string, family: string) => {
    const addresses = port.near.filter((address) => addressFamily(address) === family);
    return addresses.length === 0 ? '' : `    ${header} ${OTHER_SIDE[way]} { ${addresses.join(', ')} } accept\n`;
  };
  return `table netdev ${device} {
  chain away {
    type filter hook ${HOOKS[way]} device "${port.device}" priority 0
${mark === undefined ? '' : `    meta mark ${mark} accept\n`}${near('ip', 'IPv4')}${near('ip6', 'IPv6')}    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    ether type { ip, ip6 } fwd to "${device}"
  }
${mark === undefined ? '' : marking(end, mark)}}
`;
}

function marking(end: string, mark: number): string {
  return `  chain back {
    type filter hook egress device "${end}" priority 0
    meta mark set ${mark}
  }
`;
}

/** Once nothing is held any more. */
async function dismissRelay(sandbox: string): Promise<void> {
  const { control, delays } = statePaths(sandbox);
  if (!existsSync(delays) || readdirSync(delays).length > 0) return;
  await askSupervisor(control, { verb: 'remove', target: RELAY }).catch((error: unknown) => {
    // Without a supervisor it stays, idle, until the sandbox is taken down.
    if (!isFault(error, 'sandbox/supervisor-gone')) throw error;
  });
}
