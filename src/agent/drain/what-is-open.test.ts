import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemberCluster } from '#api/index.ts';
import type { PlacedEntry } from '../duties/connect.ts';
import { readDrains } from './read-drains.ts';
import { Step } from './step.ts';
import { whatIsOpen } from './what-is-open.ts';

const NAMES = ['home', 'east'];
const clusters = { nameOf: (number: number) => NAMES[number] ?? '' };
const entry = (index: number, owner: string | undefined, ...serving: string[]): PlacedEntry => ({
  owner,
  index,
  clusters: new Map(serving.map((cluster, group) => [group, cluster])),
  sizes: new Map(),
});

test('numbers of the kernel get the names that they have in the tables', () => {
  const placed = [entry(1, 'shop/cart', 'home'), entry(2, '@dns', 'home'), entry(3, 'shop/web', 'east')];
  const given = [
    { service: 1, cluster: 1 },
    { service: 1, cluster: 0 },
    { service: 2, cluster: 0 },
    { service: 9, cluster: 1 },
    { service: 3, cluster: 0 },
  ];
  const open = whatIsOpen(given, placed, clusters, 'home').map(({ cluster, service, stays }) => [
    cluster,
    service,
    stays,
  ]);
  assert.deepEqual(open, [
    ['east', 'shop/cart', false],
    ['home', 'shop/cart', true],
    ['home', undefined, true],
    ['east', undefined, false],
    ['home', 'shop/web', false],
  ]);
});

const mirror = (name: string, spec: MemberCluster['spec'], generation = 1): MemberCluster => ({
  apiVersion: 'sealane.dev/v1alpha1',
  kind: 'MemberCluster',
  metadata: { name, generation },
  ...(spec && { spec }),
});

test('drains are those of members that are in the set; a deadline that is no time is none', () => {
  const drainDeadline = '2030-01-01T00:00:00Z';
  const drains = readDrains([
    mirror('a', { drain: true, drainDeadline }, 3),
    mirror('b', { drainServices: ['shop/cart'], drainDeadline: 'soon' }),
    mirror('c', { drain: true, removed: true }),
    mirror('d', {}),
  ]);
  assert.deepEqual(drains, [
    { member: 'a', generation: 3, drained: true, drainedServices: [], deadline: Date.parse(drainDeadline) },
    { member: 'b', generation: 1, drained: false, drainedServices: ['shop/cart'] },
  ]);
});

test('tables are in step with the mirrors as they were when it began, once nothing has to be tried again', () => {
  let generation = 1;
  const step = new Step(() => [mirror('a', {}, generation)]);
  const asOf = () => step.end()?.get('a');
  step.begin();
  generation = 2;
  assert.equal(asOf(), 1);
  assert.throws(() => step.try('shop/cart', () => assert.fail('full')));
  step.begin();
  assert.equal(asOf(), undefined);
  step.try('shop/cart', () => {});
  assert.equal(asOf(), 2);
});
