import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localEndpoints } from './local-endpoints.ts';
import { preferredPods } from './preferred-pods.ts';
import type { SliceView } from './own-slices.ts';

type Endpoint = NonNullable<SliceView['endpoints']>[number];
const at = (address: string, nodeName: string, zone: string, hints?: Endpoint['hints']): Endpoint => ({
  addresses: [address],
  nodeName,
  zone,
  ...(hints && { hints }),
});
const zones = (...names: string[]) => ({ forZones: names.map((name) => ({ name })) });
const here = { node: 'n1', zone: 'z1' };

function preferred(
  endpoints: readonly Endpoint[],
  caller: { node: string; zone?: string },
  distribution?: string,
): string[] {
  const [port] = localEndpoints([{ metadata: {}, ports: [{ port: 80 }], endpoints }]);
  return preferredPods(port?.pods ?? [], caller, distribution).map(({ address }) => address);
}

const spread = [at('10.0.0.1', 'n1', 'z1'), at('10.0.0.2', 'n2', 'z1'), at('10.0.0.3', 'n3', 'z2')];

test('without a wish every pod is as good', () => {
  assert.equal(preferred(spread, here).length, 3);
  assert.equal(preferred(spread, here, 'SomethingNew').length, 3);
});

test('the same zone is preferred, the same node first where that is asked for', () => {
  for (const distribution of ['PreferClose', 'PreferSameZone'])
    assert.deepEqual(preferred(spread, here, distribution), ['10.0.0.1', '10.0.0.2']);
  assert.deepEqual(preferred(spread, here, 'PreferSameNode'), ['10.0.0.1']);
  assert.deepEqual(preferred(spread, { node: 'n9', zone: 'z1' }, 'PreferSameNode'), ['10.0.0.1', '10.0.0.2']);
});

test('a preference leaves nobody without a pod', () => {
  for (const distribution of ['PreferClose', 'PreferSameNode']) {
    assert.equal(preferred(spread, { node: 'n9', zone: 'z9' }, distribution).length, 3);
    assert.equal(preferred(spread, { node: 'n9' }, distribution).length, 3, 'the node has no zone');
  }
});

test('hints count when every pod has them and one means the caller, whatever is asked for', () => {
  const hinted = [
    at('10.0.0.1', 'n1', 'z1', zones('z2')),
    at('10.0.0.2', 'n2', 'z1', zones('z1', 'z2')),
    at('10.0.0.3', 'n3', 'z2', zones('z2')),
  ];
  assert.deepEqual(preferred(hinted, here), ['10.0.0.2']);
  assert.deepEqual(preferred(hinted, here, 'PreferSameNode'), ['10.0.0.2']);
  assert.equal(preferred(hinted, { node: 'n1', zone: 'z9' }, 'PreferClose').length, 3);
  assert.equal(
    preferred([...hinted, at('10.0.0.4', 'n4', 'z2')], here, 'PreferClose').length,
    4,
    'half a slice of hints',
  );
  const toNodes = [
    at('10.0.0.1', 'n1', 'z1', { forNodes: [{ name: 'n1' }], ...zones('z1') }),
    at('10.0.0.2', 'n2', 'z1', { forNodes: [{ name: 'n2' }], ...zones('z1') }),
  ];
  assert.deepEqual(preferred(toNodes, here), ['10.0.0.1']);
  assert.equal(preferred(toNodes, { node: 'n3', zone: 'z1' }).length, 2);
});
