/**
 * How many answers the node's resolver gives on one core, for names of its own.
 *
 *   node bench/dns.ts [seconds]      default 2 for each line
 *
 * "message" is from the bytes of a question to the bytes of its answer. "loopback" is the whole process over UDP, sockets included:
 * answers divided by the processor time that the resolver's process took, so that what else runs on the machine counts little.
 */
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'dns-packet';
import { answerMessage, parseSnapshot, createZone, startResolver } from '#dns/index.ts';
import { every, silentLog, sleep, systemClock } from '#kit/index.ts';
import { createMetrics } from '#observe/index.ts';
import { dnsView } from '#plan/index.ts';
import { countAnswers } from '../src/agent/metrics/resolver-metrics.ts';

const SERVICES = 10_000;
const CLIENTS = 4;
/** Questions that each client has open. */
const WINDOW = 64;
const STALLED_MS = 200;

const nameOf = (i: number) => `service-${i}.namespace-${i % 100}.svc.clusterset.local`;
const ports = [
  { name: 'http', port: 80 },
  { name: 'metrics', port: 9090 },
];

function snapshot() {
  return dnsView({
    imports: Array.from({ length: SERVICES }, (_, i) => ({
      namespace: `namespace-${i % 100}`,
      name: `service-${i}`,
      type: 'ClusterSetIP' as const,
      ips: [`240.10.${i >> 8}.${i & 255}`],
      ports,
    })),
  });
}

const edns = { additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] }] };

function questions(type: 'A' | 'AAAA' | 'SRV', prefix = '', more: object = {}): readonly Buffer[] {
  return Array.from({ length: SERVICES }, (_, i) =>
    encode({ type: 'query', id: i, flags: 0x0100, questions: [{ type, name: prefix + nameOf(i) }], ...more }),
  );
}

const KINDS: readonly (readonly [string, readonly Buffer[]])[] = [
  ['A', questions('A')],
  ['A with EDNS', questions('A', '', edns)],
  ['AAAA (no such type)', questions('AAAA')],
  ['SRV _http._tcp', questions('SRV', '_http._tcp.')],
  ['A (no such name)', questions('A', 'x.')],
];

function say(what: string, perSecond: number) {
  process.stdout.write(`${what.padEnd(34)} ${Math.round(perSecond).toLocaleString('en').padStart(10)} /s\n`);
}

function timed<T>(what: string, run: () => T): T {
  const start = performance.now();
  const value = run();
  process.stdout.write(`${what.padEnd(34)} ${(performance.now() - start).toFixed(1).padStart(10)} ms\n`);
  return value;
}

function messages(seconds: number) {
  const view = timed(`dnsView of ${SERVICES} services`, snapshot);
  const text = JSON.stringify(view);
  const parsed = timed('snapshot read and checked', () => parseSnapshot(text));
  const zone = parsed && createZone(parsed);
  const answering = {
    zone: () => zone,
    forwarder: { ask: () => Promise.resolve(undefined) },
    random: () => systemClock.random(),
    counts: { answered: 0, forwarded: 0, failed: 0, garbage: 0 },
    clock: systemClock,
    onAnswer: countAnswers(createMetrics('resolver', silentLog)),
  };
  for (const [what, asked] of KINDS) {
    const start = process.cpuUsage();
    const end = performance.now() + seconds * 1000;
    let done = 0;
    while (performance.now() < end) {
      for (const question of asked) void answerMessage(question, 'udp', answering);
      done += asked.length;
    }
    say(`message: ${what}`, done / cpuSeconds(process.cpuUsage(start)));
  }
}

function cpuSeconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

interface Report {
  readonly port: number;
  readonly cpu: NodeJS.CpuUsage;
  readonly answered: number;
}

/** The child: a resolver that tells its port, its processor time and its count whenever it is asked. */
async function serve(snapshotPath: string) {
  const listen = [{ address: '127.0.0.1', port: 0 }];
  const resolver = await startResolver({ listen, upstreams: [], snapshotPath, clock: systemClock, log: silentLog });
  const report = () => {
    const { answered } = resolver.counts();
    process.send?.({ port: resolver.sockets[0]?.port ?? 0, cpu: process.cpuUsage(), answered } satisfies Report);
  };
  process.on('message', report);
  process.on('disconnect', () => void resolver.close());
  report();
}

async function loopback(seconds: number) {
  const folder = mkdtempSync(join(tmpdir(), 'sealane-bench-dns-'));
  const path = join(folder, 'snapshot.json');
  writeFileSync(path, JSON.stringify(snapshot()));
  const child = fork(import.meta.filename, ['--serve', path]);
  const next = () => new Promise<Report>((resolve) => child.once('message', (report) => resolve(report as Report)));
  const look = () => {
    const report = next();
    child.send('look');
    return report;
  };
  const { port } = await next();
  for (const [what, asked] of KINDS.slice(0, 4)) {
    const clients = Array.from({ length: CLIENTS }, (_, i) => flood(port, asked, i));
    const before = await look();
    const start = performance.now();
    await sleep(systemClock, seconds * 1000);
    const after = await look();
    const elapsed = (performance.now() - start) / 1000;
    clients.forEach((stop) => stop());
    const answered = after.answered - before.answered;
    const cpu = cpuSeconds(after.cpu) - cpuSeconds(before.cpu);
    say(`loopback: ${what}, a core`, answered / cpu);
    say(`loopback: ${what}, here and now`, answered / elapsed);
  }
  child.disconnect();
  rmSync(folder, { recursive: true });
}

/** Keeps its window full; what is lost is asked again after a while. @returns how to stop it */
function flood(port: number, asked: readonly Buffer[], from: number): () => void {
  const socket = createSocket('udp4');
  let at = from * 1000;
  let heard = 0;
  const send = () => socket.send(asked[at++ % asked.length] ?? '');
  const fill = () => {
    for (let i = 0; i < WINDOW; i += 1) send();
  };
  socket.on('message', () => {
    heard += 1;
    send();
  });
  socket.connect(port, '127.0.0.1', fill);
  let before = -1;
  const stop = every(systemClock, STALLED_MS, () => {
    if (heard === before) fill();
    before = heard;
  });
  return () => {
    stop();
    socket.close();
  };
}

const [first, path = ''] = process.argv.slice(2);
if (first === '--serve') await serve(path);
else {
  const seconds = Number(first ?? 2);
  messages(seconds);
  await loopback(seconds);
}
