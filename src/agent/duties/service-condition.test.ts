import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServicePort } from '#api/index.ts';
import { unserved } from './service-condition.ts';

const service = (...ports: ServicePort[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ports },
});

test('node ports and SCTP ports are named as not served', () => {
  const said = unserved(service({ port: 80, nodePort: 30_080 }, { port: 36_412, protocol: 'SCTP' }));
  assert.match(said ?? '', /node port 30080, SCTP port 36412/);
});

test('a plain Service has nothing to say', () => {
  assert.equal(unserved(service({ port: 80 }, { port: 53, protocol: 'UDP' })), undefined);
});
