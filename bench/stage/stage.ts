/** Everything that measurements of paths need: wires, gateways, proxies, a server, a caller's hooks. Gone when disposed of. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cgroup2Mount,
  createCgroup,
  createNamespaces,
  deleteNamespaces,
  ensureBpfFileSystem,
  ipBatch,
  insideNamespace,
  killCgroup,
  nft,
  removeCgroup,
  run,
  setSysctls,
  startProcess,
} from '#host/index.ts';
import { sleep, systemClock } from '#kit/index.ts';
import { attachCallerHooks, type CallerHooks } from './caller-hooks.ts';
import { type LaneGateway, startLaneGateway } from './lane-gateway.ts';
import { LoadProgram, type Where } from './load-program.ts';
import { type Path, pathsOf } from './paths.ts';
import { STAGE_PREFIX, sweepStale } from './sweep-stale.ts';
import { conntrackRules, dnatRules, innerHaproxy, nginxConfig, outerHaproxy } from './peers.ts';
import { insideLines, linkLines, planWires, POD_PORT, SETTINGS, type WireName, type WirePlan } from './wires.ts';

export interface Stage extends AsyncDisposable {
  readonly plan: WirePlan;
  readonly paths: readonly Path[];
  /** Of paths that do not work here, and what the proxies said. */
  readonly complaints: readonly string[];
  readonly load: LoadProgram;
  /** Where a caller is whose connections pass the hooks, and where one is whose do not. */
  readonly hooked: Where;
  readonly plain: Where;
  readonly caller: CallerHooks;
  readonly lanes: Readonly<Record<'lane' | 'lane2', LaneGateway>>;
}

/** @param signal ends every process on it */
export async function setStage(signal: AbortSignal): Promise<Stage> {
  await sweepStale();
  const name = `${STAGE_PREFIX}${process.pid}`;
  const plan = planWires(name);
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  undo.defer(() => rmSync(folder, { recursive: true }));
  await ensureBpfFileSystem();
  const pins = `/sys/fs/bpf/${name}`;
  undo.defer(() => rmSync(pins, { recursive: true, force: true }));
  await layWires(plan, undo);
  const cgroup = join(cgroup2Mount(), name);
  undo.defer(() => removeCgroup(cgroup));
  for (const one of ['hooked', 'plain']) createCgroup(join(cgroup, one));
  const stop = () => killCgroup(cgroup);
  signal.addEventListener('abort', stop, { once: true });
  undo.defer(() => signal.removeEventListener('abort', stop));
  const plain = { namespace: plan.caller, cgroup: join(cgroup, 'plain') };
  const load = await LoadProgram.compile(folder);
  await load.serve(`port=${POD_PORT}`, { ...plain, namespace: plan.pod });
  await startPeers(plan, plain.cgroup, folder);
  const lanes = { lane: openLane(plan, 'lane', pins, undo), lane2: openLane(plan, 'lane2', pins, undo) };
  const hooked = { namespace: plan.caller, cgroup: join(cgroup, 'hooked') };
  const caller = attachCallerHooks(plan, hooked.cgroup, `${pins}/caller`);
  undo.defer(() => caller.close());
  const paths = pathsOf(plan);
  const silent = await Promise.all(paths.map((path) => untilAnswered(path, load, path.hooked ? hooked : plain)));
  const complaints = [...silent.flatMap((one) => one ?? []), ...(await wronglyFollowed(plan))];
  if (complaints.length > 0) complaints.push(readFileSync(join(folder, 'proxies.log'), 'utf8').slice(-1000));
  const all = undo.move();
  return {
    plan,
    paths,
    complaints,
    load,
    plain,
    hooked,
    caller,
    lanes,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function openLane(plan: WirePlan, wire: 'lane' | 'lane2', pins: string, undo: AsyncDisposableStack): LaneGateway {
  const gateway = startLaneGateway(plan.wires[wire], `${pins}/${wire}`);
  undo.defer(() => gateway.close());
  return gateway;
}

async function layWires(plan: WirePlan, undo: AsyncDisposableStack): Promise<void> {
  const inside = insideLines(plan);
  const names = Object.keys(inside);
  undo.defer(() => deleteNamespaces(names));
  await createNamespaces(names);
  for (const namespace of names) await setSysctls(SETTINGS, { namespace });
  await ipBatch(linkLines(plan));
  for (const [namespace, lines] of Object.entries(inside)) await ipBatch(lines, { namespace });
}

async function startPeers({ wires }: WirePlan, cgroup: string, folder: string): Promise<void> {
  const { conntrack, dnat, proxy } = wires;
  await nft(conntrackRules, conntrack);
  await nft(dnatRules(dnat), dnat);
  for (const { namespace } of [conntrack, dnat])
    await setSysctls({ 'net.netfilter.nf_conntrack_tcp_timeout_time_wait': '1' }, { namespace });
  await makeCertificate(folder);
  const files = {
    outer: outerHaproxy(proxy, folder),
    inner: innerHaproxy(proxy, folder),
    nginx: nginxConfig(proxy, folder),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const started = { namespace: proxy.namespace, cgroup, logFile: join(folder, 'proxies.log') };
  await startProcess({ command: 'haproxy', args: ['-db', '-f', join(folder, 'inner')], ...started });
  await startProcess({ command: 'haproxy', args: ['-db', '-f', join(folder, 'outer')], ...started });
  await startProcess({ command: 'nginx', args: ['-p', folder, '-c', join(folder, 'nginx')], ...started });
}

const ANSWERED_WITHIN_MS = 10_000;

/** One that does not answer is left to its measurements, which then say so. @returns what was the matter with it */
async function untilAnswered({ to, from, name }: Path, load: LoadProgram, where: Where): Promise<string | undefined> {
  const end = systemClock.monotonic() + ANSWERED_WITHIN_MS;
  for (;;) {
    const { done, errno } = await load.measure(`connections to=${to.join(',')} from=${from}`, where);
    if (done > 0) return undefined;
    if (systemClock.monotonic() > end) return `${name} does not answer: errno ${errno}`;
    await sleep(systemClock, 100);
  }
}

/** Whether connections are followed where a path says so, and nowhere else. @returns what is wrong */
async function wronglyFollowed({ wires }: WirePlan): Promise<string[]> {
  const expected: readonly WireName[] = ['conntrack', 'dnat'];
  const all = Object.values(wires).map(async ({ name, namespace }) => {
    const [command = '', ...args] = insideNamespace(namespace, ['cat', '/proc/sys/net/netfilter/nf_conntrack_count']);
    const followed = Number(await run(command, args)) > 0;
    return followed === expected.includes(name)
      ? []
      : [`${name}: connections are ${followed ? '' : 'not '}followed by conntrack`];
  });
  return (await Promise.all(all)).flat();
}

/** One for both ends, which trust it and nothing else. */
async function makeCertificate(folder: string): Promise<void> {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const name = ['-days', '2', '-subj', '/CN=bench', '-addext', 'subjectAltName=DNS:bench'];
  await run('openssl', ['req', '-x509', ...curve, ...name, '-keyout', key, '-out', cert]);
  await run('sh', ['-c', `cat ${cert} ${key} > ${join(folder, 'both.pem')}`]);
}
