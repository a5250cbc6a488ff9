/** Links that lose what they should carry, all of it or what is beyond a rate, or carry it late; and that are whole again. */
import { nft, run } from '#host/index.ts';
import { SealaneError } from '#kit/index.ts';
import { readTopologyState } from '#sandbox/supervise/index.ts';
import { deleting, slowDown, speedUp, type Way } from './delays.ts';
import type { Slowness } from './holding.ts';
import { type End, placesOf, type Port, portsOf } from './ports.ts';

/** Seen from the place: `out` is what it sends, `in` what is sent to it. */
export type Direction = 'both' | Way;

const SETS: Readonly<Record<Direction, readonly string[]>> = { both: ['mute', 'deaf'], out: ['mute'], in: ['deaf'] };

/** @throws `sandbox/no-such-target` */
export async function cut(sandbox: string, target: string, direction: Direction): Promise<string[]> {
  const ports = existing(sandbox, target);
  for (const port of ports) {
    const lines = SETS[direction].map((set) => `add element bridge faults ${set} { "${port.device}" }\n`);
    await nft(lines.join(''), { namespace: port.namespace });
  }
  return ports.map(nameOf);
}

/** What is beyond the rate waits for a quarter of a second, then is lost. @throws `sandbox/no-such-target` */
export async function throttle(
  sandbox: string,
  target: string,
  direction: Direction,
  kilobits: number,
): Promise<string[]> {
  const ports = existing(sandbox, target);
  const shape = ['tbf', 'rate', `${kilobits}kbit`, 'burst', '32kb', 'latency', '250ms'];
  for (const end of ports.flatMap((port) => endsOf(port, direction))) {
    await run('tc', ['-n', end.namespace, 'qdisc', 'replace', 'dev', end.device, 'root', ...shape]);
  }
  return ports.map(nameOf);
}

/** @throws `sandbox/no-such-target`, `sandbox/bad-number`, and as `slowDown` */
export async function delay(
  sandbox: string,
  target: string,
  direction: Direction,
  slowness: Slowness,
): Promise<string[]> {
  checkSlowness(slowness);
  const ports = existing(sandbox, target);
  await slowDown(sandbox, ports, direction === 'both' ? BOTH : [direction], slowness);
  return ports.map(nameOf);
}

const BOTH: readonly Way[] = ['in', 'out'];
const LONGEST_MS = 10_000;

function checkSlowness({ byMs, jitterMs, lossPercent }: Slowness): void {
  checkNumber('delay a link by', byMs, 'ms', LONGEST_MS);
  checkNumber(`delay a link by ${byMs} ms with a jitter of`, jitterMs, 'ms', byMs);
  checkNumber('delay a link with a loss of', lossPercent, 'percent', 100);
}

function checkNumber(what: string, value: number, unit: string, most: number): void {
  if (value >= 0 && value <= most) return;
  throw new SealaneError('sandbox/bad-number', `${what} ${value} ${unit}: from 0 to ${most} is expected`);
}

/** A device's queue is where it sends: towards the place that is the bridge's end of the link. */
function endsOf(port: Port, direction: Direction): End[] {
  return [...(direction === 'out' ? [] : [port]), ...(direction === 'in' ? [] : [port.far])];
}

/** @returns undefined when there is no such place */
export async function healLink(sandbox: string, target: string): Promise<string[] | undefined> {
  const ports = portsOf(sandbox, readTopologyState(sandbox), target);
  if (ports.length === 0) return undefined;
  await speedUp(sandbox, ports, BOTH);
  for (const port of ports) {
    const lines = SETS.both.map((set) => deleting(`element bridge faults ${set} { "${port.device}" }`));
    await nft(lines.join(''), { namespace: port.namespace });
    for (const end of endsOf(port, 'both')) await unshape(end);
  }
  return ports.map(nameOf);
}

export async function healEveryLink(sandbox: string): Promise<string[]> {
  const healed = await Promise.all(
    placesOf(readTopologyState(sandbox)).map(async (place) => (await healLink(sandbox, place)) ?? []),
  );
  return healed.flat();
}

async function unshape({ namespace, device }: End): Promise<void> {
  const shown = await run('tc', ['-n', namespace, 'qdisc', 'show', 'dev', device, 'root']);
  if (/^qdisc tbf /m.test(shown)) await run('tc', ['-n', namespace, 'qdisc', 'delete', 'dev', device, 'root']);
}

function existing(sandbox: string, target: string): Port[] {
  const ports = portsOf(sandbox, readTopologyState(sandbox), target);
  if (ports.length > 0) return ports;
  throw new SealaneError('sandbox/no-such-target', `find "${target}": not there`, {
    hint: 'wanted is hub, a cluster, CLUSTER/NODE or CLUSTER/NODE/lan',
  });
}

function nameOf({ namespace, device }: Port): string {
  return `${namespace} ${device}`;
}
