/** What must hold for the connect tables on any maps: in memory, in the kernel, and on either when writes fail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Limits } from '#kernel/index.ts';
import { type Clock, ip, systemClock } from '#kit/index.ts';
import { ConnectTables } from './connect-tables.ts';
import { type DesiredService, NEVER, vipKey } from './desired.ts';
import { type Fault, faulty, type MapErrno, noFault } from './faulty-maps.ts';
import type { ConnectMaps } from './maps.ts';
import { readBackends, readPlacements } from './placement.ts';

export interface ConnectSuite {
  /** Empty maps with `TABLE_SIZE` entries each (vips: at least as many); closed by the caller's own `after`. */
  readonly make: () => ConnectMaps;
  readonly runs: number;
}

export const TABLE_SIZE = 256;

const PORTS = [80, 443] as const;
const CLUSTERS = ['a', 'b', 'c'] as const;
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const;

/** Every test's clock stands still but for `rest`, which lets freed ranges be used again. */
function restingClock() {
  let now = 0;
  const clock: Clock = { ...systemClock, monotonic: () => now };
  return { clock, rest: () => (now += 10_001) };
}

const group = fc.uniqueArray(fc.constantFrom(...ADDRESSES), { maxLength: 3 });
const SOON: Limits = { failures: 1, percent: 100, resets: 1, baseMs: 100 };
const groups = fc.dictionary(fc.constantFrom(...CLUSTERS), group, { minKeys: 1, noNullPrototype: true });
const desired: fc.Arbitrary<DesiredService> = fc
  .tuple(fc.constantFrom(...PORTS), groups, fc.boolean(), fc.constantFrom(0, 60), fc.constantFrom(NEVER, SOON))
  .chain(([port, byCluster, ownsAddress, affinitySeconds, limits]) =>
    fc
      .array(fc.array(fc.constantFrom(...Object.keys(byCluster)), { minLength: 1, maxLength: 4 }), { maxLength: 3 })
      .map((tiers) => ({ ...service(port, byCluster, tiers, ownsAddress), affinitySeconds, limits })),
  );

function service(
  port: number,
  byCluster: Readonly<Record<string, readonly string[]>>,
  tiers: readonly (readonly string[])[],
  ownsAddress = true,
): DesiredService {
  return {
    address: ip('240.10.1.1'),
    port,
    protocol: 'TCP',
    ownsAddress,
    tiers: tiers.map((slots) => ({ slots })),
    groups: Object.entries(byCluster).map(([cluster, addresses]) => ({
      key: cluster,
      // The port tells whose backend it is: a reader of one service must never meet another's.
      backends: addresses.map((address) => ({ address: ip(address), port, flags: 0, cluster })),
    })),
  };
}

type Change =
  | { readonly put: DesiredService }
  | { readonly remove: number }
  | { readonly restart: true }
  | { readonly rest: true };

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: desired.map((put) => ({ put })) },
  { weight: 1, arbitrary: fc.constantFrom(...PORTS).map((remove) => ({ remove })) },
  { weight: 1, arbitrary: fc.constant({ restart: true } as const) },
  { weight: 2, arbitrary: fc.constant({ rest: true } as const) },
);

const keyAt = (port: number) => vipKey({ address: ip('240.10.1.1'), port, protocol: 'TCP' });

/** Walks the tables as the kernel does: for each tier and share, the backends behind it. */
function walk(maps: ConnectMaps, port: number) {
  const placed = new Map(readPlacements(maps)).get(keyAt(port));
  return placed?.tiers.map(({ slots }) =>
    slots.map((slot) => readBackends(maps, maps.groups.get(slot)).map(backendText)),
  );
}

function wanted({ tiers, groups: all }: DesiredService) {
  const byKey = new Map(all.map(({ key, backends }) => [key, backends.map(backendText)]));
  return tiers.map(({ slots }) => slots.map((key) => byKey.get(key)));
}

function backendText({ address, port, cluster }: DesiredService['groups'][number]['backends'][number]): string {
  return `${address}:${port} ${cluster}`;
}

export function connectTablesSuite(name: string, { make, runs }: ConnectSuite): void {
  test(`${name}: any history of changes and restarts ends in what was wanted last`, () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (history) => {
        const stand = standOn(make());
        for (const one of history) stand.does(one);
        stand.isAsWanted();
      }),
      { numRuns: runs },
    );
  });

  test(`${name}: a write that fails leaves tables that can be walked, and the next try brings what was wanted`, () => {
    const errno = fc.constantFrom<MapErrno>('ENOSPC', 'ENOMEM', 'EPERM');
    fc.assert(
      fc.property(fc.array(fc.tuple(change, fc.nat(14), errno), { minLength: 1, maxLength: 10 }), (history) => {
        const stand = standOn(make());
        for (const [one, after, code] of history) {
          stand.failing(one, after, code);
          stand.canBeWalked();
        }
        stand.isAsWanted();
      }),
      { numRuns: runs },
    );
  });

  test(`${name}: no history, with failures or without, loses an entry of a table`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(change, fc.nat(14)), { maxLength: 10 }), (history) => {
        const stand = standOn(make());
        for (const [one, after] of history) stand.failing(one, after, 'ENOMEM');
        stand.everyEntryIsFree();
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });

  test(`${name}: a table that is full refuses a service and keeps those it has`, () => {
    const { clock } = restingClock();
    const maps = make();
    const tables = new ConnectTables(maps, clock);
    const first = service(80, { a: ['10.0.0.1'] }, [['a']]);
    tables.put(first);
    const many = Array.from({ length: TABLE_SIZE }, (_, i) => `10.9.0.${i}`);
    for (const huge of [service(443, { b: many }, [['b']]), service(80, { a: ['10.0.0.1'], b: many }, [['a', 'b']])]) {
      assert.throws(() => tables.put(huge), { code: 'agent/table-full' });
      assert.deepEqual(walk(maps, 80), wanted(first));
      assert.equal(walk(maps, 443), undefined);
    }
  });
}

/** Tables on maps that may fail, and what was asked of them. */
function standOn(maps: ConnectMaps) {
  const { clock, rest } = restingClock();
  const fault: Fault = noFault();
  const broken = faulty(maps, fault);
  const asked = new Map<number, DesiredService>();
  const ever: DesiredService[] = [];
  let tables = new ConnectTables(broken, clock);

  const does = (one: Change) => {
    if ('put' in one) {
      asked.set(one.put.port, one.put);
      ever.push(one.put);
      tables.put(one.put);
    } else if ('remove' in one) {
      asked.delete(one.remove);
      tables.remove(keyAt(one.remove));
    } else if ('restart' in one) {
      tables = new ConnectTables(broken, clock);
      for (const service of asked.values()) tables.put(service);
      for (const key of tables.keys()) if (![...asked.keys()].some((port) => keyAt(port) === key)) tables.remove(key);
      tables.pruneAddresses([...tables.addresses()]);
    } else rest();
  };

  return {
    does,
    /** Does it with a fault on the way, then again without. */
    failing(one: Change, after: number, errno: MapErrno) {
      Object.assign(fault, { after, errno, struck: false });
      try {
        does(one);
      } catch (error) {
        if (!fault.struck) throw error;
        Object.assign(fault, noFault());
        rest();
        this.canBeWalked();
        does(one);
      } finally {
        Object.assign(fault, noFault());
      }
    },
    isAsWanted() {
      for (const port of PORTS) {
        const service = asked.get(port);
        assert.deepEqual(walk(maps, port), service && wanted(service));
        const index = new Map(readPlacements(maps)).get(keyAt(port))?.index;
        if (index === undefined) continue;
        assert.equal(maps.affinities.get(index), service?.affinitySeconds);
        assert.deepEqual(maps.limits.get(index), service?.limits);
      }
      const owned = [...asked.values()].some(({ ownsAddress }) => ownsAddress);
      assert.deepEqual([...maps.addresses.entries()], owned ? [ip('240.10.1.1')] : []);
    },
    /** Whoever is found by an address meets groups of that address only, each as it was once asked for. */
    canBeWalked() {
      for (const port of PORTS) {
        const asOnce = ever.filter((one) => one.port === port).flatMap((one) => one.groups);
        const known = new Set(asOnce.map(({ backends }) => JSON.stringify(backends.map(backendText))));
        for (const slot of (walk(maps, port) ?? []).flat()) {
          assert.ok(known.has(JSON.stringify(slot)), `${port}: ${JSON.stringify(slot)} was never asked for`);
        }
      }
    },
    /** Each table can be filled to its last entry, once everything is gone and has rested. */
    everyEntryIsFree() {
      const full: readonly DesiredService[][] = [
        Array.from({ length: TABLE_SIZE }, (_, i) => service(1000 + i, {}, [])),
        [
          service(
            1,
            { a: ['10.0.0.1'] },
            Array.from({ length: TABLE_SIZE }, () => ['a']),
          ),
        ],
        [service(2, { a: Array.from({ length: TABLE_SIZE }, (_, i) => `10.9.0.${i}`) }, [['a']])],
        // Group 0 stays empty.
        [service(3, Object.fromEntries(Array.from({ length: TABLE_SIZE - 1 }, (_, i) => [`g${i}`, ['10.0.0.1']])), [])],
      ];
      for (const services of [[], ...full]) {
        for (const key of tables.keys()) tables.remove(key);
        rest();
        for (const one of services) tables.put(one);
      }
    },
  };
}
