import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ip } from '#kit/index.ts';
import type { Lane } from '#plan/index.ts';
import { useOfLanes } from './snat.ts';

const lane = (name: string, lanePort: number, ...pods: string[]): Lane => ({
  namespace: 'shop',
  name,
  portName: 'http',
  protocol: 'TCP',
  lanePort,
  keepsCallers: false,
  pods: pods.map((address) => ({ address, port: 8080 })),
});
const use = (address: string, used: number, protocol = 6) => ({ pod: ip(address), port: 8080, protocol, used });

test('of a service’s port the pod with the most ports in use is told, also where each pod has a lane of its own', () => {
  const lanes = [
    lane('web', 10_000, '10.1.0.1', '10.1.0.2'),
    lane('idle', 10_001, '10.1.0.3'),
    lane('db', 10_002, '10.1.0.4'),
    lane('db', 10_003, '10.1.0.5'),
  ];
  const uses = [
    use('10.1.0.1', 3),
    use('10.1.0.2', 7),
    use('10.1.0.2', 99, 17),
    use('10.1.0.4', 1),
    use('10.1.0.5', 2),
  ];
  const found = useOfLanes(lanes, uses).map(({ name, used }) => `${name} ${used}`);
  assert.deepEqual(found, ['web 7', 'idle 0', 'db 2']);
});
