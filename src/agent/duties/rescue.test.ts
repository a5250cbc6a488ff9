import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, MemberCluster } from '#api/index.ts';
import { type Clock, ip, silentLog } from '#kit/index.ts';
import { ClusterFlag, type GivenSocket, type Whom } from '#kernel/index.ts';
import type { Change, ChangeListener } from '#kube/index.ts';
import { createMetrics } from '#observe/index.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { Departures } from '../watch/departures.ts';
import { RescueDuty } from './rescue.ts';

const POD = '10.1.0.9';
const GATEWAY = '192.0.2.7';
const [TCP, UDP] = [6, 17];
const [ESTABLISHED, SYN_SENT, LAST_ACK] = [1, 2, 9];

/** Time stands until it is told to go on. */
function stoppedClock(): Clock & { goOn(ms: number): void } {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now,
    random: () => 0,
    after(ms, run) {
      if (ms === 0) queueMicrotask(run);
      if (ms === 0) return () => {};
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => void (timers = timers.filter((one) => one !== timer));
    },
    goOn(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of due) run();
    },
  };
}

/** What Departures asks of a cache. */
function shelf<T extends { readonly metadata: { readonly name: string } }>() {
  const objects = new Map<string, T>();
  const listeners: ChangeListener<T>[] = [];
  const tell = (change: Change<T>): void => listeners.forEach((listener) => listener(change));
  return {
    list: () => [...objects.values()],
    onChange: (listener: ChangeListener<T>) => void listeners.push(listener),
    put(object: T) {
      const key = object.metadata.name;
      const before = objects.get(key);
      objects.set(key, object);
      tell({ type: 'put', key, object, ...(before && { before }) });
    },
    remove(key: string) {
      const before = objects.get(key) as T;
      objects.delete(key);
      tell({ type: 'gone', key, object: before, before });
    },
  };
}

let cookies = 0n;

function socket(more: Partial<GivenSocket> = {}): GivenSocket {
  return {
    cookie: ++cookies,
    local: ip('10.1.0.1'),
    remote: ip(GATEWAY),
    netns: 1,
    device: 0,
    service: 5,
    group: 3,
    backend: 1,
    generation: 1,
    flags: 0,
    localPort: 40_000,
    remotePort: 80,
    cluster: 1,
    protocol: TCP,
    state: ESTABLISHED,
    ...more,
  };
}

/** A kernel that has these sockets; those of `inVain` are found so while a cluster is down or something was ejected. */
function setUp(open: GivenSocket[], { holds = () => true }: { holds?: () => boolean } = {}) {
  const clock = stoppedClock();
  const metrics = createMetrics('agent', silentLog);
  const bits = [0, 0, 0];
  const walks: Whom[] = [];
  let ejections = 0n;
  const [slices, members] = [shelf<EndpointSlice>(), shelf<MemberCluster>()];
  const isOf = (whom: Whom, { protocol, cluster }: GivenSocket): boolean =>
    whom === 'all' || (whom === 'udp' ? protocol === UDP : bits[cluster] !== 0 || ejections > 0n);
  const duty = new RescueDuty({
    sockets: {
      *list(whom = 'all') {
        walks.push(whom);
        yield* open.filter((one) => isOf(whom, one));
      },
      end(sockets) {
        const ended = sockets.filter((one) => open.includes(one));
        const gone = sockets.filter((one) => !open.includes(one));
        open = open.filter((one) => !ended.includes(one));
        return { ended, gone, failed: [] };
      },
      close() {},
    },
    clusters: { length: bits.length, get: (number) => bits[number] ?? 0 },
    ejections: () => ejections,
    holds,
    departures: (told) => new Departures({ slices, members } as unknown as ClusterView, 'a', told),
    metrics,
    clock,
    log: silentLog,
  });
  return {
    duty,
    clock,
    walks,
    slices,
    members,
    bits,
    eject: () => void ejections++,
    open: () => open,
    async count(reason: string, protocol = 'TCP') {
      const labels = `reason="${reason}",protocol="${protocol}"`;
      return Number(new RegExp(`ended_total\\{.*${labels}.*\\} (\\d+)`).exec(await metrics.scrape())?.[1]);
    },
  };
}

function slice(name: string, ...addresses: string[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'demo', name },
    addressType: 'IPv4',
    endpoints: addresses.map((one) => ({
      addresses: [one],
      conditions: { ready: false, serving: false, terminating: true },
    })),
    ports: [],
  };
}

function member(...gateways: { address: string; weight?: number }[]): MemberCluster {
  return {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'MemberCluster',
    metadata: { name: 'b' },
    spec: {},
    status: { gateways: gateways.map((one) => ({ name: one.address, device: 'd', ...one })) },
  } as unknown as MemberCluster;
}

test('connections into a cluster that goes down are ended, and nothing is looked over while all is well', async () => {
  const [dead, other] = [socket(), socket({ cluster: 2 })];
  const on = setUp([dead, other]);
  await on.duty.idle();
  on.walks.length = 0;
  for (let second = 0; second < 60; second++) on.clock.goOn(1_000);
  await on.duty.idle();
  assert.deepEqual(on.walks, []);
  on.bits[1] = ClusterFlag.Down;
  on.clock.goOn(1_000);
  await on.duty.idle();
  assert.deepEqual(on.open(), [other]);
  assert.equal(await on.count('down'), 1);
});

test('a drained cluster is left to end', async () => {
  const on = setUp([socket()]);
  await on.duty.idle();
  on.bits[1] = ClusterFlag.Drained;
  on.walks.length = 0;
  on.duty.look();
  await on.duty.idle();
  assert.deepEqual([on.walks, on.open().length], [[], 1]);
});

test('one that connects still, or that nobody waits for any more, is left to the hooks', async () => {
  const on = setUp([socket({ state: SYN_SENT }), socket({ state: LAST_ACK })]);
  on.bits[1] = ClusterFlag.Down;
  on.duty.look();
  await on.duty.idle();
  assert.equal(on.open().length, 2);
});

test('an ejection makes it look, for policies that reset', async () => {
  const on = setUp([socket()]);
  await on.duty.idle();
  on.eject();
  on.clock.goOn(1_000);
  await on.duty.idle();
  assert.deepEqual([on.open(), await on.count('ejected')], [[], 1]);
});

test('while a cluster is down it looks again now and then: others may be able to serve by now', async () => {
  const on = setUp([]);
  on.bits[1] = ClusterFlag.Down;
  on.duty.look();
  await on.duty.idle();
  on.walks.length = 0;
  for (let second = 0; second < 25; second++) {
    on.clock.goOn(1_000);
    await on.duty.idle();
  }
  assert.deepEqual(on.walks, ['in-vain', 'in-vain']);
});

test('connected UDP to a pod that is no more is ended; TCP, and what another slice has, is kept', async () => {
  const to = (address: string, protocol: number) => socket({ remote: ip(address), protocol });
  const [udp, tcp, moved] = [to(POD, UDP), to(POD, TCP), to('10.1.0.10', UDP)];
  const on = setUp([udp, tcp, moved]);
  on.slices.put(slice('one', POD, '10.1.0.10'));
  on.slices.put(slice('two', '10.1.0.10'));
  await on.duty.idle();
  on.slices.put(slice('one'));
  on.clock.goOn(1_000);
  await on.duty.idle();
  assert.deepEqual([on.open(), await on.count('deleted', 'UDP')], [[tcp, moved], 1]);
});

test('a pod that terminates is there still', async () => {
  const on = setUp([socket({ remote: ip(POD), protocol: UDP })]);
  on.slices.put(slice('one', POD, '10.1.0.10'));
  await on.duty.idle();
  on.slices.put(slice('one', POD));
  on.clock.goOn(1_000);
  await on.duty.idle();
  assert.equal(on.open().length, 1);
});

test('connected UDP to a gateway that is no more is ended, not to one without weight', async () => {
  const on = setUp([socket({ protocol: UDP })]);
  on.members.put(member({ address: GATEWAY }, { address: '192.0.2.8' }));
  on.members.put(member({ address: GATEWAY, weight: 0 }));
  on.clock.goOn(1_000);
  await on.duty.idle();
  assert.equal(on.open().length, 1);
  on.members.remove('b');
  on.clock.goOn(1_000);
  await on.duty.idle();
  assert.equal(on.open().length, 0);
});

test('what an earlier process did not live to see is found at the start', async () => {
  const on = setUp([socket({ protocol: UDP }), socket()], { holds: () => false });
  await on.duty.idle();
  assert.deepEqual(
    on.open().map(({ protocol }) => protocol),
    [TCP],
  );
});
