import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SealaneError, silentLog, systemClock } from '#kit/index.ts';
import type { Client } from './client.ts';
import { createTeller, MOST_OF_AN_OBJECT } from './tell.ts';

interface Written {
  readonly count?: number;
  readonly message?: string;
  readonly metadata?: { readonly namespace: string; readonly name: string };
  readonly involvedObject?: { readonly namespace?: string; readonly uid?: string };
}

const cart = { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name: 'cart', uid: '1' } };
const warning = (message: string) => ({ type: 'Warning', reason: 'Trouble', message }) as const;
const MINUTE = 60_000;

function stage() {
  const created: Written[] = [];
  const patched: Written[] = [];
  const at = { ms: 0, gone: false };
  const client = {
    create: (async (_type: unknown, event: Written) => void created.push(event)) as unknown as Client['create'],
    patch: (async (_type: unknown, _ref: unknown, patch: Written) => {
      if (at.gone) throw new SealaneError('kube/not-found', 'patch event: not found');
      patched.push(patch);
    }) as unknown as Client['patch'],
  };
  const clock = { ...systemClock, monotonic: () => at.ms };
  const teller = createTeller({ client, component: 'sealane-test', instance: 'x', clock, log: silentLog });
  return { teller, created, patched, at };
}

test('what is said again is one Event that counts up, written now and then', async () => {
  const { teller, created, patched, at } = stage();
  for (let minute = 0; minute < 25; minute++) {
    at.ms = minute * MINUTE;
    teller.tell(cart, warning('is ill'));
  }
  await teller.idle();
  assert.equal(created.length, 1);
  assert.deepEqual([created[0]?.metadata?.namespace, created[0]?.involvedObject?.uid], ['shop', '1']);
  assert.deepEqual(
    patched.map(({ count }) => count),
    [11, 21],
  );
});

test('an object is written of no more than so often in an hour, whatever is said; others are heard', async () => {
  const { teller, created, at } = stage();
  for (let i = 0; i < 100; i++) teller.tell(cart, warning(`trouble ${i}`));
  teller.tell({ ...cart, metadata: { ...cart.metadata, name: 'menu', uid: '2' } }, warning('is ill'));
  assert.equal(created.length, MOST_OF_AN_OBJECT + 1);
  at.ms = 61 * MINUTE;
  teller.tell(cart, warning('an hour later'));
  assert.equal(created.length, MOST_OF_AN_OBJECT + 2);
});

test('of thousands of objects no more than so many are written of', () => {
  const { teller, created } = stage();
  for (let i = 0; i < 5000; i++)
    teller.tell({ ...cart, metadata: { namespace: 'shop', name: `s${i}`, uid: `${i}` } }, warning('is ill'));
  assert.equal(created.length, 600);
});

test('an Event that is gone by its age is made anew', async () => {
  const { teller, created, at } = stage();
  teller.tell(cart, warning('is ill'));
  at.gone = true;
  at.ms = 20 * MINUTE;
  teller.tell(cart, warning('is ill'));
  await teller.idle();
  teller.tell(cart, warning('is ill'));
  assert.equal(created.length, 2);
});

test('an object without namespace is told of in default, and a message is cut where the API server would refuse it', () => {
  const { teller, created } = stage();
  teller.tell({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'n1' } }, warning('x'.repeat(5000)));
  assert.deepEqual([created[0]?.metadata?.namespace, created[0]?.message?.length], ['default', 1024]);
  assert.equal(created[0]?.involvedObject?.namespace, undefined);
});
