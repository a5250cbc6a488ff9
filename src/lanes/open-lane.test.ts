import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transport } from './lane.ts';
import { openLane } from './open-lane.ts';
import { transportSupport } from './transport-support.ts';

test('a plain lane opens where it is written down', () => {
  assert.equal(openLane('Plain').lane?.transport, 'Plain');
});

test('a transport that cannot be had is refused with a reason, never replaced by plain', () => {
  for (const transport of ['WireGuard', 'MTLS'] as const) {
    const opened = openLane(transport);
    assert.ok(opened.lane === undefined);
    assert.equal(opened.refused.reason, 'TransportUnavailable');
    assert.match(opened.refused.message, new RegExp(transport, 'i'));
  }
});

test('what is said to be available opens, and nothing else', () => {
  for (const [transport, { available }] of Object.entries(transportSupport())) {
    assert.equal(openLane(transport as Transport).lane !== undefined, available);
  }
});
