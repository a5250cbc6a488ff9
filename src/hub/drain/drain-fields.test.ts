import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DrainChange, drainFields } from './drain-fields.ts';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const PAST = '2030-01-01T11:00:00Z';
const LATER = '2030-01-01T13:00:00.000Z';
const change = (more: Partial<DrainChange> = {}): DrainChange => ({ services: [], undo: false, ...more });
const NOTHING = { drain: false, drainServices: null, drainDeadline: null };

test('services are added to those that are drained, and taken from them', () => {
  const cart = drainFields({}, change({ services: ['shop/cart'] }), NOW);
  assert.deepEqual(cart, { ...NOTHING, drainServices: ['shop/cart'] });
  const both = { ...NOTHING, drainServices: ['shop/cart', 'shop/web'] };
  const before = { drainServices: ['shop/cart'] };
  assert.deepEqual(drainFields(before, change({ services: ['shop/web', 'shop/cart'] }), NOW), both);
  const after = { drainServices: ['shop/cart', 'shop/web'] };
  assert.deepEqual(drainFields(after, change({ services: ['shop/web'], undo: true }), NOW), cart);
  assert.deepEqual(drainFields(before, change({ services: ['shop/cart'], undo: true }), NOW), NOTHING);
});

test('a drain without services is of everything, and so is the way back', () => {
  assert.deepEqual(drainFields({}, change(), NOW), { ...NOTHING, drain: true });
  const before = { drain: true, drainServices: ['shop/cart'], drainDeadline: LATER };
  assert.deepEqual(drainFields(before, change({ undo: true }), NOW), NOTHING);
  assert.throws(() => drainFields(before, change({ services: ['shop/cart'], undo: true }), NOW), {
    code: 'hub/drained-whole',
  });
});

test('an earlier deadline stays while it is to come; a new one takes its place', () => {
  const deadlineOf = (drainDeadline: string, deadline?: number) =>
    drainFields({ drain: true, drainDeadline }, change(deadline === undefined ? {} : { deadline }), NOW).drainDeadline;
  assert.equal(deadlineOf(LATER), LATER);
  assert.equal(deadlineOf(PAST), null);
  assert.equal(deadlineOf(PAST, Date.parse(LATER)), LATER);
});
