import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ip } from '#kit/index.ts';
import { laneSuite } from '../lane-suite.ts';
import { plainLane } from './plain-lane.ts';

laneSuite('plain', plainLane);

const peer = { member: 'cluster-2', gateway: 'gateway-1', address: ip('172.30.77.22') };

test('a plain lane port is the gateway’s own address and the port itself', () => {
  assert.deepEqual(plainLane().addressOf(peer, 10_001), { address: ip('172.30.77.22'), port: 10_001 });
});

test('a plain lane says that nobody is authenticated', () => {
  assert.equal(plainLane().condition(peer).reason, 'Unauthenticated');
});
