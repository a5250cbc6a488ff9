/** What every {@link Store} must do, as a function of an implementation. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../meta.ts';
import type { ListOutcome, Store, StoreEvent, StoreKey, WriteOutcome } from './store.ts';

/** @param makeStore an empty store that keeps at least the last `historyLimit` changes, at most twice as many */
export function storeSuite(name: string, makeStore: (options: { historyLimit: number }) => Store): void {
  const fresh = (historyLimit = 1000) => makeStore({ historyLimit });
  describe(`store: ${name}`, () => {
    describe('objects', () => objectCases(fresh));
    describe('lists', () => listCases(fresh));
    describe('watches', () => watchCases(fresh));
    test('a list and the changes after it are all a client needs, whatever happened', () => followsAnything(fresh));
  });
}

type Fresh = (historyLimit?: number) => Store;

const PODS = 'pods';

function keyFor(name: string, namespace = 'default', resource = PODS): StoreKey {
  return { resource, namespace, name };
}

function pod(name: string, value = 0, namespace = 'default'): KubeObject & { spec: { value: number } } {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { value } };
}

function done(outcome: WriteOutcome): KubeObject {
  assert.equal(outcome.outcome, 'ok');
  return outcome.object;
}

function listed(outcome: ListOutcome) {
  assert.equal(outcome.outcome, 'ok');
  return outcome;
}

function namesOf(outcome: ListOutcome): string[] {
  return listed(outcome).items.map((object) => object.metadata.name);
}

function record(store: Store, fromRevision = 0, namespace?: string) {
  const events: StoreEvent[] = [];
  const outcome = store.watch(PODS, { fromRevision, namespace }, (event) => events.push(event));
  assert.equal(outcome.outcome, 'watching');
  const story = () => events.map((e) => `${e.type} ${e.key.name} ${e.revision}`);
  return { events, story, stop: outcome.stop };
}

function objectCases(fresh: Fresh) {
  test('an object comes back as it was written, with its revision', () => {
    const store = fresh();
    const made = done(store.create(keyFor('a'), pod('a', 7)));
    assert.equal(made.metadata.resourceVersion, String(store.revision()));
    assert.deepEqual(store.get(keyFor('a')), made);
    assert.deepEqual(made, { ...pod('a', 7), metadata: { ...made.metadata } });
  });

  test('an object that is not there is undefined', () => {
    assert.equal(fresh().get(keyFor('nobody')), undefined);
  });

  test('the same name lives once in each namespace and resource', () => {
    const store = fresh();
    for (const key of [keyFor('a'), keyFor('a', 'other'), keyFor('a', 'default', 'services')]) {
      assert.equal(store.create(key, pod('a', 1, key.namespace)).outcome, 'ok');
    }
    const again = store.create(keyFor('a'), pod('a', 2));
    assert.equal(again.outcome, 'exists');
    assert.deepEqual(store.get(keyFor('a')), again.current);
  });

  test('a cluster-scoped object has no namespace', () => {
    const store = fresh();
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
    done(store.create({ resource: 'nodes', name: 'n' }, node));
    assert.equal(store.get({ resource: 'nodes', name: 'n' })?.kind, 'Node');
    assert.deepEqual(namesOf(store.list('nodes')), ['n']);
  });

  test('every change moves the one revision, refused writes do not', () => {
    const store = fresh();
    done(store.create(keyFor('a'), pod('a')));
    done(store.create({ resource: 'services', namespace: 'x', name: 'b' }, pod('b')));
    done(store.update(keyFor('a'), pod('a', 1)));
    done(store.delete(keyFor('a')));
    assert.equal(store.revision(), 4);
    store.delete(keyFor('a'));
    store.update(keyFor('a'), pod('a'));
    assert.equal(store.revision(), 4);
  });

  test('an update of what another has changed meanwhile is a conflict and shows the current object', () => {
    const store = fresh();
    const read = done(store.create(keyFor('a'), pod('a', 1)));
    const newer = done(store.update(keyFor('a'), pod('a', 2)));
    const outcome = store.update(keyFor('a'), pod('a', 3), Number(read.metadata.resourceVersion));
    assert.equal(outcome.outcome, 'conflict');
    assert.deepEqual(outcome.current, newer);
    assert.equal(store.update(keyFor('a'), pod('a', 3), Number(newer.metadata.resourceVersion)).outcome, 'ok');
  });

  test('an update that changes nothing keeps the revision and tells nobody', () => {
    const store = fresh();
    const made = done(store.create(keyFor('a'), pod('a', 1)));
    const { events } = record(store, store.revision());
    const outcome = store.update(keyFor('a'), pod('a', 1));
    assert.equal(outcome.outcome, 'ok');
    assert.equal(outcome.changed, false);
    assert.deepEqual(outcome.object, made);
    assert.deepEqual([store.revision(), events.length], [1, 0]);
  });

  test('updating or deleting what is not there is missing', () => {
    const store = fresh();
    assert.equal(store.update(keyFor('a'), pod('a')).outcome, 'missing');
    assert.equal(store.delete(keyFor('a')).outcome, 'missing');
  });

  test('a delete returns the object with the revision of the deletion, and a stale one is a conflict', () => {
    const store = fresh();
    done(store.create(keyFor('a'), pod('a', 5)));
    done(store.update(keyFor('a'), pod('a', 6)));
    assert.equal(store.delete(keyFor('a'), 1).outcome, 'conflict');
    const gone = done(store.delete(keyFor('a'), 2));
    assert.equal(gone.metadata.resourceVersion, '3');
    assert.deepEqual((gone as ReturnType<typeof pod>).spec, { value: 6 });
    assert.equal(store.get(keyFor('a')), undefined);
    assert.equal(store.create(keyFor('a'), pod('a')).outcome, 'ok');
  });
}

function filled(store: Store, names: readonly string[], namespace = 'default'): Store {
  for (const name of names) done(store.create(keyFor(name, namespace), pod(name, 0, namespace)));
  return store;
}

function listCases(fresh: Fresh) {
  test('a list is ordered by namespace, then name, and says its revision', () => {
    const store = filled(filled(fresh(), ['b', 'a'], 'two'), ['c', 'a'], 'one');
    const all = listed(store.list(PODS));
    assert.deepEqual(
      all.items.map((o) => `${o.metadata.namespace}/${o.metadata.name}`),
      ['one/a', 'one/c', 'two/a', 'two/b'],
    );
    assert.deepEqual([all.revision, all.continue, all.remaining], [4, undefined, undefined]);
    assert.deepEqual(namesOf(store.list(PODS, { namespace: 'one' })), ['a', 'c']);
    assert.deepEqual(namesOf(store.list('services')), []);
  });

  test('pages belong together: later changes are not seen until the list begins anew', () => {
    const store = filled(fresh(), ['a', 'b', 'c', 'd', 'e']);
    const first = listed(store.list(PODS, { limit: 2 }));
    assert.deepEqual([namesOf(first), first.remaining], [['a', 'b'], 3]);
    done(store.delete(keyFor('c')));
    done(store.create(keyFor('bb'), pod('bb')));
    done(store.update(keyFor('d'), pod('d', 9)));
    const second = listed(store.list(PODS, { limit: 2, continue: first.continue }));
    assert.deepEqual([namesOf(second), second.revision, second.remaining], [['c', 'd'], 5, 1]);
    assert.deepEqual((second.items[1] as ReturnType<typeof pod>).spec, { value: 0 });
    const third = listed(store.list(PODS, { limit: 2, continue: second.continue }));
    assert.deepEqual([namesOf(third), third.continue], [['e'], undefined]);
    assert.deepEqual(namesOf(store.list(PODS)), ['a', 'b', 'bb', 'd', 'e']);
  });

  test('a page that ends with the last object has nothing to go on with', () => {
    const page = listed(filled(fresh(), ['a', 'b']).list(PODS, { limit: 2 }));
    assert.equal(page.continue, undefined);
  });

  test('a page counts only what passes the filter', () => {
    const store = filled(fresh(), ['a', 'xb', 'c', 'xd', 'e', 'xf']);
    const filter = (object: KubeObject) => object.metadata.name.startsWith('x');
    const first = listed(store.list(PODS, { limit: 2, filter }));
    assert.deepEqual([namesOf(first), first.remaining], [['xb', 'xd'], undefined]);
    assert.deepEqual(namesOf(store.list(PODS, { limit: 2, filter, continue: first.continue })), ['xf']);
  });

  test('a list can show an earlier revision', () => {
    const store = filled(fresh(), ['a', 'b']);
    done(store.delete(keyFor('a')));
    const earlier = listed(store.list(PODS, { revision: 1 }));
    assert.deepEqual([namesOf(earlier), earlier.revision], [['a'], 1]);
    assert.deepEqual(namesOf(store.list(PODS, { revision: 2 })), ['a', 'b']);
    assert.equal(listed(store.list(PODS, { revision: 99 })).revision, 3);
  });

  test('what began before the compaction is expired', () => {
    const store = filled(fresh(), ['a', 'b', 'c']);
    const first = listed(store.list(PODS, { limit: 1 }));
    done(store.update(keyFor('c'), pod('c', 1)));
    store.compact(4);
    assert.deepEqual(store.list(PODS, { continue: first.continue }), { outcome: 'expired', oldest: 4 });
    assert.deepEqual(store.list(PODS, { revision: 3 }), { outcome: 'expired', oldest: 4 });
    assert.equal(listed(store.list(PODS, { revision: 4 })).items.length, 3);
  });

  test('a continue token that is not ours is refused', () => {
    for (const text of ['x', '%', 'bnVsbA==', 'e30=']) {
      assert.equal(fresh().list(PODS, { continue: text }).outcome, 'bad-continue');
    }
  });
}

function watchCases(fresh: Fresh) {
  test('a watch gets every change after its revision once, in order, then those to come', () => {
    const store = filled(fresh(), ['a', 'b']);
    const { story } = record(store, 1);
    done(store.update(keyFor('a'), pod('a', 1)));
    done(store.delete(keyFor('b')));
    assert.deepEqual(story(), ['ADDED b 2', 'MODIFIED a 3', 'DELETED b 4']);
  });

  test('an event carries the object at that revision, and the one before', () => {
    const store = fresh();
    const made = done(store.create(keyFor('a'), pod('a', 1)));
    const changed = done(store.update(keyFor('a'), pod('a', 2)));
    const gone = done(store.delete(keyFor('a')));
    const { events } = record(store, 0);
    assert.deepEqual(
      events.map(({ object, previous }) => [object, previous]),
      [
        [made, undefined],
        [changed, made],
        [gone, changed],
      ],
    );
  });

  test('a watch sees its own resource and namespace only', () => {
    const store = filled(filled(fresh(), ['a'], 'one'), ['b'], 'two');
    done(store.create({ resource: 'services', namespace: 'one', name: 's' }, pod('s')));
    assert.deepEqual(record(store, 0, 'one').story(), ['ADDED a 1']);
    assert.deepEqual(record(store, 0).story(), ['ADDED a 1', 'ADDED b 2']);
  });

  test('a stopped watch hears nothing more', () => {
    const store = fresh();
    const watch = record(store, 0);
    watch.stop();
    filled(store, ['a']);
    assert.deepEqual(watch.story(), []);
  });

  test('a watch from a revision yet to come waits for it', () => {
    const store = fresh();
    const { story } = record(store, 2);
    filled(store, ['a', 'b', 'c']);
    assert.deepEqual(story(), ['ADDED c 3']);
  });

  test('a watch from before the compaction is expired, from it on it is not', () => {
    const store = filled(fresh(), ['a', 'b', 'c']);
    store.compact(2);
    assert.deepEqual(
      store.watch(PODS, { fromRevision: 1 }, () => {}),
      { outcome: 'expired', oldest: 2 },
    );
    assert.deepEqual(record(store, 2).story(), ['ADDED c 3']);
  });

  test('old changes are forgotten by themselves, recent ones are kept', () => {
    const store = filled(fresh(5), 'abcdefghijklmnopqrst'.split(''));
    const ever = store.watch(PODS, { fromRevision: 0 }, () => {});
    assert.equal(ever.outcome, 'expired');
    assert.ok(ever.oldest >= 10 && ever.oldest <= 15);
    assert.equal(record(store, 15).events.length, 5);
  });

  test('a listener that writes hears its own change after the one it reacts to, and so does everyone', () => {
    const store = fresh();
    const early = record(store, 0);
    store.watch(PODS, { fromRevision: 0 }, ({ key }) => {
      if (key.name === 'a') filled(store, ['b']);
    });
    const late = record(store, 0);
    filled(store, ['a']);
    assert.deepEqual(early.story(), ['ADDED a 1', 'ADDED b 2']);
    assert.deepEqual(late.story(), early.story());
  });

  test('a listener is not called again before it has returned', () => {
    const store = fresh();
    const returned: string[] = [];
    store.watch(PODS, { fromRevision: 0 }, ({ key }) => {
      if (key.name === 'a') filled(store, ['b']);
      returned.push(key.name);
    });
    filled(store, ['a']);
    assert.deepEqual(returned, ['a', 'b']);
  });

  test('a listener that stops its watch is not called again, even for changes that wait', () => {
    const store = filled(fresh(), ['a', 'b']);
    const seen: string[] = [];
    const watch = store.watch(PODS, { fromRevision: 2 }, ({ key }) => {
      seen.push(key.name);
      if (watch.outcome === 'watching') watch.stop();
    });
    filled(store, ['c', 'd']);
    assert.deepEqual(seen, ['c']);
  });
}

/** Random writes, watches begun at random moments: each arrives at what the store holds. */
function followsAnything(fresh: Fresh) {
  const step = fc.record({
    what: fc.constantFrom('put' as const, 'delete' as const, 'watch' as const),
    name: fc.constantFrom('a', 'b', 'c'),
    value: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const store = fresh();
      const mirrors: Map<string, KubeObject>[] = [];
      for (const { what, name, value } of steps) {
        if (what === 'watch') mirrors.push(mirror(store));
        else if (what === 'delete') store.delete(keyFor(name));
        else if (store.create(keyFor(name), pod(name, value)).outcome === 'exists')
          store.update(keyFor(name), pod(name, value));
      }
      const held = new Map(listed(store.list(PODS)).items.map((o) => [o.metadata.name, o]));
      for (const seen of mirrors) assert.deepEqual(new Map([...seen].toSorted(([a], [b]) => (a < b ? -1 : 1))), held);
      store.close();
    }),
    { numRuns: 50 },
  );
}

function mirror(store: Store): Map<string, KubeObject> {
  const { items, revision } = listed(store.list(PODS));
  const seen = new Map(items.map((object) => [object.metadata.name, object]));
  store.watch(PODS, { fromRevision: revision }, ({ type, object, key }) => {
    if (type === 'DELETED') seen.delete(key.name);
    else seen.set(key.name, object);
  });
  return seen;
}
