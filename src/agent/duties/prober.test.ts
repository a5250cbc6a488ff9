import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { MemberCluster, MemberGateway } from '#api/index.ts';
import { startProcess } from '#host/index.ts';
import { systemClock } from '#kit/index.ts';
import { endProbing, proberFiles, probeTargets, requireProbePort } from './prober.ts';

const member = (name: string, gateways: MemberGateway[], spec: MemberCluster['spec'] = {}): MemberCluster => ({
  apiVersion: 'sealane.dev/v1alpha1',
  kind: 'MemberCluster',
  metadata: { name },
  spec,
  status: { gateways },
});
const gateway = (name: string, address: string, more: Partial<MemberGateway> = {}) => ({
  name,
  address,
  probePort: 9959,
  ...more,
});

test('every gateway that answers probes is asked, at each address of our families, by its own port; never ourselves', () => {
  const members = [
    member('here', [gateway('n1', '192.0.2.1'), gateway('n2', '192.0.2.2')]),
    member('east', [gateway('n1', '192.0.2.11', { addresses: ['192.0.2.11', 'fd00::11'], probePort: 7000 })]),
    member('old', [{ name: 'n1', address: '192.0.2.21' }]),
    member('gone', [gateway('n1', '192.0.2.31')], { removed: true }),
    member('behind', [gateway('n1', '10.0.0.1')], { addressOverrides: { here: '198.51.100.1' } }),
  ];
  const asked = (addresses: string[]) =>
    probeTargets(members, { cluster: 'here', addresses }).map((one) => `${one.cluster} ${one.address} ${one.port}`);
  const four = ['here 192.0.2.2 9959', 'east 192.0.2.11 7000', 'behind 198.51.100.1 9959'];
  assert.deepEqual(asked(['192.0.2.1']), four);
  assert.deepEqual(asked(['192.0.2.1', 'fd00::1']), four.toSpliced(2, 0, 'east fd00::11 7000'));
});

test('a probe port where other traffic arrives is refused, and says what arrives there', () => {
  const lanePorts = { first: 10_000, last: 14_999 };
  requireProbePort(9959, lanePorts);
  assert.throws(() => requireProbePort(12_000, lanePorts), {
    code: 'agent/probe-port',
    message: /answer probes at port 12000: lane ports are 10000-14999 .*--probe-port/,
  });
});

test('a node that is no gateway any more has no prober, stopped or running, and no word of it; done twice, it is done', async (t) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'end-probing-'));
  t.after(() => rmSync(stateDir, { recursive: true }));
  const prober = await startProcess({ command: 'sleep', args: ['60'] });
  prober.signal('SIGSTOP');
  const { pid, startTime } = prober;
  writeFileSync(join(stateDir, 'prober.json'), JSON.stringify({ pid, startTime }));
  for (const path of Object.values(proberFiles(stateDir))) writeFileSync(path, '{}');
  writeFileSync(join(stateDir, 'verdicts.json'), '{}');
  await endProbing({ stateDir, clock: systemClock });
  assert.deepEqual(await prober.exited, { code: undefined, signal: 'SIGKILL' });
  assert.deepEqual(readdirSync(stateDir), ['verdicts.json'], 'that is of the gateways that are left');
  await endProbing({ stateDir, clock: systemClock });
});
