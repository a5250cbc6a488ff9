import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ip } from '#kit/index.ts';
import type { Lane, Peer } from './lane.ts';

/** What every transport promises; each one's test runs it. */
export function laneSuite(name: string, make: () => Lane): void {
  const peer: Peer = { member: 'cluster-2', gateway: 'gateway-1', address: ip('172.30.77.22') };

  describe(`a ${name} lane`, () => {
    test('leads to a lane port of a prepared peer', async () => {
      const lane = make();
      await lane.prepare(peer);
      const there = lane.addressOf(peer, 10_001);
      assert.ok(there && there.address > 0n && there.port > 0);
      await lane.teardown(peer);
    });

    test('leads elsewhere for another lane port', async () => {
      const lane = make();
      await lane.prepare(peer);
      assert.notDeepEqual(lane.addressOf(peer, 10_001), lane.addressOf(peer, 10_002));
      await lane.teardown(peer);
    });

    test('may be prepared and torn down twice', async () => {
      const lane = make();
      await lane.prepare(peer);
      await lane.prepare(peer);
      await lane.teardown(peer);
      await lane.teardown(peer);
    });

    test('tells how it is in a condition', () => {
      const { reason, message } = make().condition(peer);
      assert.match(reason, /^[A-Z][A-Za-z]+$/);
      assert.ok(message.length > 0);
    });
  });
}
