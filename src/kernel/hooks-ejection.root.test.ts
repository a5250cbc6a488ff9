/** What counts as a failure, and what follows: real sockets, real refusals, packets really lost. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { ip } from '#kit/index.ts';
import { ClusterFlag, Refusal } from './generated/enums.ts';
import type { Health } from './generated/structs.ts';
import { tables } from './generated/tables.ts';
import { loadObject } from './load-object.ts';
import { tableOf } from './table.ts';
import { progTestRun } from './test-run.ts';
import { type Stage, stage, testOptions } from './testing/stage.ts';
import { SIX } from './testing/test-arena.ts';
import { compileFixtures } from './testing/test-fixtures.ts';
import type { GroupSpec, Served, TierSpec } from './testing/world.ts';

let on: Stage;
/** Answers. */
const GOOD = '127.0.0.61';
/** Nobody listens. */
const DEAD = '127.0.0.62';
/** Packets to it are lost. */
const BLACK_HOLE = '127.0.0.63';
/** No route leads there. */
const NOWHERE = '192.0.2.1';
const NEAR_US = 4000;
const FAR_US = 400_000;

before(async () => {
  on = await stage();
  await on.servers.serveTcp(GOOD);
  lose(BLACK_HOLE);
});
after(() => on[Symbol.asyncDispose]());

let vips = 0;
let clusters = 10;

interface Service extends Served {
  readonly to: { readonly address: string; readonly port: number };
}

function serve(...tiers: readonly TierSpec[]): Service {
  const to = { address: `240.10.6.${++vips}`, port: 80 };
  return { to, ...on.world.serve(to.address, to.port, 'tcp', tiers) };
}

const group = (at: string, more: Partial<GroupSpec['backends'][number]> = {}): GroupSpec => ({
  backends: [{ at, ...more }],
});

/** A cluster that is known to be 4 ms away, so that a SYN is waited for 200 ms. */
function near(): number {
  isAway(++clusters, NEAR_US);
  return clusters;
}

function isAway(cluster: number, us: number): void {
  tableOf(on.hooks, tables.distances).put(cluster, us);
}

function nft(args: readonly string[], input = ''): string {
  return execFileSync('ip', ['netns', 'exec', on.arena.name, 'nft', ...args], { input, encoding: 'utf8' });
}

interface Loss {
  /** Packets lost so far. */
  lost(): number;
  end(): void;
}

/** Packets to an address are lost from now on. */
function lose(address: string): Loss {
  const table = `lost_${address.replaceAll('.', '_')}`;
  const rules = `table inet ${table} {
    chain in {
      type filter hook input priority 0
      ip daddr ${address} counter drop
    }
  }`;
  nft(['-f', '-'], rules);
  return {
    lost: () => Number(/packets (\d+)/.exec(nft(['list', 'table', 'inet', table]))?.[1]),
    end: () => void nft(['delete', 'table', 'inet', table]),
  };
}

/** As the kernel would have, with an end that no test lives to see. */
function eject({ groups }: Served, at: string): void {
  const never = 2n ** 62n;
  const key = { addr: ip(at), port: 80, group: groups[0]?.[0] ?? 0 };
  tableOf(on.hooks, tables.health).put(key, {
    until: never,
    term: 1n,
    connects: 2,
    answers: 0,
    times: 1,
    ejections: 1n,
  });
  tableOf(on.hooks, tables.concern).put(0, never);
}

function healthOf({ groups }: Served, at: string, tier = 0, index = 0, port = 80): Health | undefined {
  const key = { addr: ip(at), port, group: groups[tier]?.[index] ?? 0 };
  return tableOf(on.hooks, tables.health).get(key);
}

function count(answers: readonly string[], of: string): number {
  return answers.filter((answer) => answer === of).length;
}

async function oneByOne({ to }: Service, calls: number): Promise<string[]> {
  const answers: string[] = [];
  while (answers.length < calls) answers.push(...(await on.caller.calls(to, 1)));
  return answers;
}

/** A connect() that waits, by a caller that does not ask the socket for its error afterwards. @returns whether it succeeded */
function waitingCall({ to }: Service): boolean {
  const call = `exec 3<>/dev/tcp/${to.address}/${to.port}`;
  const enter = `echo $$ > ${on.arena.cgroup}/cgroup.procs; exec nsenter --net=${on.arena.netns} bash -c '${call}'`;
  return spawnSync('sh', ['-c', enter], { timeout: 20_000 }).status === 0;
}

const TICK_NS = 10_000_000n;

/** Ends when the backend takes its trial: the hooks' clock is one tick behind at most. */
async function untilOver(service: Service, at: string, port = 80): Promise<void> {
  const until = healthOf(service, at, 0, 0, port)?.until ?? 0n;
  while (process.hrtime.bigint() < until + TICK_NS) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a backend that refuses so many times in a row is ejected, one that answers is not', async () => {
  const service = serve([group(GOOD), group(DEAD)]);
  on.world.limit(service, { failures: 3 });
  const answers = await oneByOne(service, 60);
  assert.equal(count(answers, 'ECONNREFUSED'), 3);
  assert.equal(healthOf(service, DEAD, 0, 1)?.ejections, 1n);
  assert.equal(healthOf(service, GOOD), undefined);
});

test('without limits nobody is ejected', async () => {
  const service = serve([group(GOOD), group(DEAD)]);
  assert.ok(count(await oneByOne(service, 60), 'ECONNREFUSED') > 10);
});

test('a success between failures makes them count anew', async () => {
  const service = serve([group(GOOD, { port: 8001 })], [group(GOOD)]);
  on.world.limit(service, { failures: 2 });
  for (let round = 0; round < 3; round++) {
    assert.equal(count(await oneByOne(service, 1), 'ECONNREFUSED'), 1, `round ${round}`);
    await on.servers.serveTcp(GOOD, 8001);
    assert.equal(count(await oneByOne(service, 1), GOOD), 1);
    await on.servers.stop(GOOD, 8001);
  }
  assert.equal(healthOf(service, GOOD, 0, 0, 8001)?.ejections, 0n);
});

test('the next tier serves when a tier has nobody left', async () => {
  const service = serve([group(DEAD)], [group(GOOD)]);
  on.world.limit(service, { failures: 2, percent: 50 });
  assert.deepEqual(await oneByOne(service, 4), ['ECONNREFUSED', 'ECONNREFUSED', GOOD, GOOD]);
});

test('the last backend of a service is never ejected', async () => {
  const service = serve([group(DEAD)]);
  on.world.limit(service, { failures: 1 });
  const before = on.refused(Refusal.NoBackend);
  assert.equal(count(await oneByOne(service, 5), 'ECONNREFUSED'), 5);
  assert.equal(on.refused(Refusal.NoBackend), before);
  assert.equal(healthOf(service, DEAD)?.until, 0n);
});

test('no larger share of a tier is ejected than the policy says', async () => {
  const service = serve([group(GOOD), group(DEAD), group('127.0.0.64'), group('127.0.0.65')]);
  on.world.limit(service, { failures: 1, percent: 50 });
  await oneByOne(service, 60);
  const dead = [DEAD, '127.0.0.64', '127.0.0.65'].map((at, i) => healthOf(service, at, 0, i + 1)?.ejections);
  assert.equal(dead.filter((ejections) => ejections === 1n).length, 2, dead.join());
});

test('where another tier takes over, all of a tier may be ejected, but with a share of 0 nobody', async () => {
  const tiers = [[group(DEAD), group('127.0.0.64')], [group(GOOD)]];
  const service = serve(...tiers);
  on.world.limit(service, { failures: 1, percent: 1 });
  assert.equal(count(await oneByOne(service, 20), GOOD), 18);
  const never = serve(...tiers);
  on.world.limit(never, { failures: 1, percent: 0 });
  assert.equal(count(await oneByOne(never, 20), GOOD), 0);
});

test('all gateways of a cluster may be ejected where another cluster of the tier takes over', async () => {
  const cluster = near();
  const dead = { backends: [DEAD, '127.0.0.64', '127.0.0.65'].map((at) => ({ at, cluster })) };
  const service = serve([dead, group(GOOD, { cluster: near() })]);
  on.world.limit(service, { failures: 1, percent: 1 });
  await oneByOne(service, 60);
  assert.equal(count(await oneByOne(service, 20), GOOD), 20);
});

const fixture = compileFixtures('judged-at-once');

interface AtOnce {
  /** Ejected by another processor, after it was decided that the first of the service is. Default: nobody of the service. */
  readonly meanwhile?: number;
  readonly isTrial?: boolean;
}

/** Judges the first backend of a service. @returns whether it was ejected */
function judgeFirst({ service, groups }: Service, { meanwhile = 0, isTrial = false }: AtOnce = {}): boolean {
  const judged = on.world.firstOf(groups[0]?.[0] ?? 0);
  const rodata = { service, judged, other: meanwhile, is_trial: Number(isTrial) };
  const { pinDir, maxEntries } = testOptions(on.arena);
  const object = loadObject(fixture('judged-at-once'), { pinDir, maxEntries, rodata });
  try {
    return progTestRun(object.program('judges'), Buffer.alloc(64)).retval === 1;
  } finally {
    object.close();
  }
}

const ejectionsSoFar = () => tableOf(on.hooks, tables.ejections).get(0);

test('of backends that are judged at once not all are ejected, and who gives way is as if it had not been judged', () => {
  const pair = [group(DEAD), group('127.0.0.64')];
  const [service, alone, followed] = [serve(pair), serve(pair), serve(pair, [group(GOOD)])];
  for (const one of [service, alone, followed]) on.world.limit(one, { failures: 1 });
  const second = ({ groups }: Service) => ({ meanwhile: on.world.firstOf(groups[0]?.[1] ?? 0) });
  const before = ejectionsSoFar();
  assert.equal(judgeFirst(service, second(service)), false);
  const { until, times, ejections } = healthOf(service, DEAD) ?? assert.fail('it has no health');
  assert.deepEqual([until, times, ejections, ejectionsSoFar()], [0n, 0, 0n, before]);
  assert.equal(judgeFirst(alone), true, 'nobody came between');
  assert.equal(judgeFirst(followed, second(followed)), true, 'the next tier takes over');
  assert.equal(healthOf(followed, DEAD)?.times, 1);
});

test('or no larger share than the policy says, and in a trial the last one is back', () => {
  const [service, last] = [
    serve([DEAD, '127.0.0.64', '127.0.0.65', GOOD].map((at) => group(at))),
    serve([group(DEAD), group(GOOD)]),
  ];
  on.world.limit(service, { failures: 1, percent: 25 });
  on.world.limit(last, { failures: 1 });
  for (const one of [service, last]) eject(one, DEAD);
  const { until, times } = healthOf(service, DEAD) ?? assert.fail('it has no health');
  const meanwhile = ({ groups }: Service) => on.world.firstOf(groups[0]?.[1] ?? 0);
  assert.equal(judgeFirst(service, { meanwhile: meanwhile(service), isTrial: true }), false);
  assert.deepEqual([healthOf(service, DEAD)?.until, healthOf(service, DEAD)?.times], [until, times], 'its trial is on');
  assert.equal(judgeFirst(last, { meanwhile: meanwhile(last), isTrial: true }), false);
  assert.equal(healthOf(last, DEAD)?.until, 0n);
});

test('a backend that cannot be reached for want of a route is ejected', async () => {
  const service = serve([group(GOOD), group(NOWHERE)]);
  on.world.limit(service, { failures: 2 });
  assert.equal(count(await oneByOne(service, 40), 'ENETUNREACH'), 2);
});

test('a backend that a router says is unreachable is ejected, though its error is a soft one', async () => {
  const router = `${on.arena.name}r`;
  const [inArena, inRouter] = [on.arena.name, router].map((name) => ['ip', '-n', name].join(' '));
  const script = `
    set -e
    ip netns add ${router}
    ${inArena} link add router type veth peer name callers netns ${router}
    ${inArena} address add 10.66.0.1/30 dev router
    ${inRouter} address add 10.66.0.2/30 dev callers
    ${inArena} link set router up
    ${inRouter} link set callers up
    ${inArena} route add 198.51.100.0/24 via 10.66.0.2
    ${inRouter} route add unreachable 198.51.100.0/24
    ip netns exec ${router} sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'`;
  try {
    execFileSync('sh', ['-c', script]);
    const service = serve([group('198.51.100.7', { cluster: near() })], [group(GOOD)]);
    on.world.limit(service, { failures: 2 });
    assert.deepEqual(
      Array.from({ length: 4 }, () => waitingCall(service)),
      [false, false, true, true],
    );
  } finally {
    execFileSync('ip', ['netns', 'delete', router]);
  }
});

test('over IPv6 it is the same', async () => {
  const [good, dead] = SIX;
  await on.servers.serveTcp(good);
  const to = { address: 'fd00:240::66', port: 80 };
  const service = { to, ...on.world.serve(to.address, to.port, 'tcp', [[group(good), group(dead)]]) };
  on.world.limit(service, { failures: 2 });
  assert.equal(count(await oneByOne(service, 40), 'ECONNREFUSED'), 2);
});

test('who waits for a black hole in vain has an error soon, and nobody else is sent there', async () => {
  const service = serve([group(BLACK_HOLE, { cluster: near() })], [group(GOOD)]);
  on.world.limit(service, { failures: 3 });
  assert.equal(count(await on.caller.calls(service.to, 8), 'ETIMEDOUT'), 8);
  assert.equal(count(await on.caller.calls(service.to, 8), GOOD), 8);
  assert.equal(healthOf(service, BLACK_HOLE)?.connects, 16, 'each connection once, counted twice');
});

test('a caller that gave up too early says nothing of the backend, one that waited says half', async () => {
  const cluster = near();
  const service = serve([group(BLACK_HOLE, { cluster })], [group(GOOD)]);
  on.world.limit(service, { failures: 1 });
  isAway(cluster, FAR_US);
  assert.equal(await on.caller.abandon(service.to, 1), true);
  assert.equal(healthOf(service, BLACK_HOLE), undefined);
  isAway(cluster, NEAR_US);
  assert.equal(await on.caller.abandon(service.to, 60), true);
  assert.equal(healthOf(service, BLACK_HOLE)?.connects, 1);
  assert.equal(await on.caller.abandon(service.to, 60), true);
  assert.deepEqual(await on.caller.calls(service.to, 1), [GOOD]);
});

test('connections that are reset before their first byte are failures', async () => {
  const at = '127.0.0.66';
  await on.servers.serveResets(at);
  const service = serve([group(at)], [group(GOOD)]);
  on.world.limit(service, { failures: 3 });
  assert.deepEqual(await oneByOne(service, 5), ['ECONNRESET', 'ECONNRESET', 'ECONNRESET', GOOD, GOOD]);
});

test('after its ejection one connection of many tries, and its failure ejects the backend for longer', async () => {
  const service = serve([group(DEAD)], [group(GOOD)]);
  on.world.limit(service, { failures: 1, baseMs: 300 });
  await oneByOne(service, 1);
  const first = healthOf(service, DEAD)?.term ?? 0n;
  await untilOver(service, DEAD);
  const answers = await on.caller.calls(service.to, 16);
  assert.deepEqual([count(answers, 'ECONNREFUSED'), count(answers, GOOD)], [1, 15]);
  const again = healthOf(service, DEAD);
  assert.equal(again?.times, 2);
  assert.ok(again.term > first, `${again.term} after ${first}`);
});

test('a trial that succeeds brings the backend back', async () => {
  const service = serve([group(GOOD, { port: 8002 })], [group(GOOD, { port: 8003 })]);
  await on.servers.serveTcp(GOOD, 8003);
  on.world.limit(service, { failures: 1, baseMs: 300 });
  await oneByOne(service, 1);
  assert.deepEqual(await oneByOne(service, 1), [GOOD]);
  await on.servers.serveTcp(GOOD, 8002);
  await untilOver(service, GOOD, 8002);
  await oneByOne(service, 2);
  assert.equal(healthOf(service, GOOD, 0, 0, 8002)?.until, 0n);
});

test('one failure does not eject a backend to which another connection has just succeeded', async () => {
  const service = serve([group(GOOD, { port: 8004 })], [group(GOOD)]);
  on.world.limit(service, { failures: 1 });
  await on.servers.serveTcp(GOOD, 8004);
  await oneByOne(service, 1);
  await on.servers.stop(GOOD, 8004);
  await oneByOne(service, 1);
  assert.equal(healthOf(service, GOOD, 0, 0, 8004)?.ejections, 0n);
});

test('an ejection outlives a change of the group, which moves its backends to other indices', async () => {
  const service = serve([group(DEAD)], [group(GOOD)]);
  on.world.limit(service, { failures: 1 });
  await oneByOne(service, 1);
  on.world.moveGroup(service.groups[0]?.[0] ?? 0);
  assert.equal(count(await oneByOne(service, 5), GOOD), 5);
});

test('an established connection into a cluster that is down has an error at its next timeout', async () => {
  const at = '127.0.0.67';
  const cluster = near();
  await on.servers.serveTcp(at);
  const service = serve([group(at, { cluster })], [group(GOOD)]);
  const { id } = await on.caller.open(service.to);
  await on.caller.requests(id, 1);
  lose(at);
  on.world.clusters.set(cluster, ClusterFlag.Down);
  await assert.rejects(on.caller.requests(id, 1), /ETIMEDOUT/);
});

test('an established connection of an ejected backend is kept', async () => {
  const at = '127.0.0.69';
  await on.servers.serveTcp(at);
  const service = serve([group(at)], [group(GOOD)]);
  on.world.limit(service, { failures: 1 });
  const { id } = await on.caller.open(service.to);
  const loss = lose(at);
  eject(service, at);
  const answer = on.caller.requests(id, 1);
  // The packet, a probe, and two timeouts: at the first it would have been given up.
  for (const end = Date.now() + 20_000; loss.lost() < 4; ) {
    assert.ok(Date.now() < end, `${loss.lost()} packets were lost`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  loss.end();
  assert.equal(await answer, `${at} again`);
});

test('or it is ended where the policy says so', async () => {
  const at = '127.0.0.68';
  await on.servers.serveTcp(at);
  const service = serve([group(at)], [group(GOOD)]);
  on.world.limit(service, { failures: 1, resets: 1 });
  const { id } = await on.caller.open(service.to);
  lose(at);
  eject(service, at);
  await assert.rejects(on.caller.requests(id, 1), /ETIMEDOUT/);
});

test('how far a cluster is, is learnt from handshakes', async () => {
  const cluster = ++clusters;
  const service = serve([group(GOOD, { cluster })]);
  await oneByOne(service, 2);
  const us = tableOf(on.hooks, tables.distances).get(cluster) ?? 0;
  assert.ok(us > 0 && us < 100_000, `${us} µs over loopback`);
});

/** The first packet to an address is lost, the ones that follow arrive. */
function loseFirst(address: string): void {
  const rules = `table inet first_${address.replaceAll('.', '_')} {
    chain in {
      type filter hook input priority 0
      ip daddr ${address} limit rate 1/day burst 1 packets drop
    }
  }`;
  nft(['-f', '-'], rules);
}

/** Connects with a TCP_USER_TIMEOUT of its own. @returns the one that it finds afterwards, milliseconds */
function timeoutAfterwards({ to }: Service, before: number): string {
  const script = `
    socket(S, PF_INET, SOCK_STREAM, 0) or die; setsockopt(S, 6, 18, pack("i", ${before})) or die;
    connect(S, sockaddr_in(${to.port}, inet_aton("${to.address}"))) or die "connect: $!";
    print unpack("i", getsockopt(S, 6, 18))`;
  const enter = `echo $$ > ${on.arena.cgroup}/cgroup.procs; exec nsenter --net=${on.arena.netns} perl -MSocket -e '${script}'`;
  const { stdout, stderr } = spawnSync('sh', ['-c', enter], { timeout: 20_000, encoding: 'utf8' });
  return stdout + stderr;
}

test('one that was about to be given up and is connected after all has its own timeout back', async () => {
  const at = '127.0.0.70';
  await on.servers.serveTcp(at);
  const service = serve([group(at, { cluster: near() })], [group(GOOD)]);
  on.world.limit(service, { failures: 1 });
  loseFirst(at);
  assert.equal(timeoutAfterwards(service, 54_321), '54321');
  assert.equal(healthOf(service, at)?.ejections, 1n, 'it was ejected when the first packet was missed');
});

test('when a connection to a cluster last came about is kept, whether or not others fail', async () => {
  const cluster = ++clusters;
  const reached = () => tableOf(on.hooks, tables.reached).get(cluster) ?? 0n;
  const before = process.hrtime.bigint();
  assert.equal(reached(), 0n);
  await oneByOne(serve([group(GOOD, { cluster })]), 1);
  const at = reached();
  assert.ok(at > before - 20_000_000n && at <= process.hrtime.bigint(), `as coarse as the tick: ${at} after ${before}`);
  await oneByOne(serve([group(DEAD, { cluster })]), 1);
  assert.equal(reached(), at, 'nobody listens there');
});
