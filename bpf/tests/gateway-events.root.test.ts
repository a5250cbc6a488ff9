import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Event, EventKind, Refusal, Ring, Topic, tableOf, tables } from '#kernel/index.ts';
import { ip } from '#kit/index.ts';
import { encode } from './gateway-packets.ts';
import { CALLER, createStand, GATEWAY, localPod, type Stand } from './gateway-stand.ts';

const SECOND_NS = 1_000_000_000n;
const SYN = { proto: 'tcp', src: CALLER, sport: 30_000, dst: GATEWAY } as const;

describe('what a gateway tells a watcher', () => {
  let stand: Stand;
  let ring: Ring;
  before(async () => {
    stand = await createStand();
    ring = new Ring(stand.inbound.map('events'));
  });
  after(() => stand.close());

  function watch(topic: number, until: bigint, most = 0): void {
    tableOf(stand.inbound, tables.watches).put(topic, { until, oneIn: 1, most });
  }

  const told = (): Event[] => [...ring.records()].map((record) => Event.decode(record));
  const soon = () => process.hrtime.bigint() + 60n * SECOND_NS;

  test('a packet that is refused, with its addresses and ports', () => {
    stand.reset([]);
    stand.send(encode({ ...SYN, dport: 10_009 }));
    assert.deepEqual(told(), [], 'nobody watches');
    watch(Topic.Drops, soon());
    stand.send(encode({ ...SYN, dport: 10_009 }));
    const [{ kind, refusal, source, sourcePort, destination, destinationPort, proto, device } = {} as Event] = told();
    assert.deepEqual([kind, refusal, proto], [EventKind.Refused, Refusal.NoLane, 6]);
    assert.deepEqual([source, sourcePort, destination, destinationPort], [ip(CALLER), 30_000, ip(GATEWAY), 10_009]);
    assert.ok(device > 0);
    watch(Topic.Drops, process.hrtime.bigint() - SECOND_NS);
    stand.send(encode({ ...SYN, dport: 10_009 }));
    assert.deepEqual(told(), [], 'the time is over');
  });

  test('no more than are wanted, in each eighth of a second', () => {
    watch(Topic.Drops, soon(), 2);
    for (let packet = 0; packet < 20; packet++) stand.send(encode({ ...SYN, dport: 10_009 }));
    const { length } = told();
    assert.ok(length >= 2 && length < 20, `${length} of 20`);
    watch(Topic.Drops, 0n);
  });

  test('a pod that fails too often, by its address', () => {
    stand.reset([{ port: 10_001, pods: [{ address: localPod(0) }, { address: localPod(1), is: 'last resort' }] }]);
    watch(Topic.Ejections, soon());
    for (let sport = 31_000; sport < 31_003; sport++) {
      stand.send(encode({ ...SYN, sport, dport: 10_001 }));
      stand.age(1);
      stand.send(encode({ ...SYN, sport, dport: 10_001 }));
    }
    const events = told();
    const [{ kind, backend, connects, times } = {} as Event] = events;
    assert.equal(events.length, 1);
    assert.deepEqual([kind, backend, connects, times], [EventKind.Ejected, ip(localPod(0)), 6, 1]);
  });
});
