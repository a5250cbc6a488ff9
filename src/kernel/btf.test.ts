import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFault } from '#kit/index.ts';
import { type BtfMember, parseBtf } from './btf.ts';
import { tables } from './generated/tables.ts';
import { inspectObject } from './inspect-object.ts';
import { misfit } from './map-fit.ts';
import { OBJECTS } from './testing/test-arena.ts';

const connect4 = inspectObject(join(OBJECTS, 'connect4.bpf.o'));

test('an object file says what it holds without being loaded', () => {
  assert.deepEqual(
    connect4.programs.map(({ name, section }) => [name, section]),
    [['connect4', 'cgroup/connect4']],
  );
  assert.deepEqual([...connect4.state].sort(), [
    'clients',
    'concern',
    'datagrams',
    'ejections',
    'event_counts',
    'health',
    'refusals',
    'sockets',
    'successes',
    'traffic',
  ]);
  assert.equal(connect4.constants.get('vip_range_base'), 32);
});

test('descriptors agree with the objects', () => {
  const rings = ['events'];
  for (const map of connect4.maps.filter(({ name }) => !rings.includes(name))) {
    const table = Object.values(tables).find(({ name }) => name === map.name);
    assert.deepEqual(
      [table?.type, table?.maxEntries, table?.flags, table?.key.size, table?.value.size],
      [map.type, map.maxEntries, map.flags, map.keySize, map.valueSize],
      map.name,
    );
  }
});

test('a table fits itself, and a difference is told by its field', () => {
  const facts = connect4.maps.find(({ name }) => name === 'traffic');
  assert.ok(facts);
  const shape = { ...facts, types: connect4.types };
  assert.equal(misfit(shape, shape), undefined);
  assert.match(misfit(shape, { ...shape, type: 5 }) ?? '', /type 1, pinned 5/);
  const renamed = connect4.types.map((type) =>
    type.name === 'traffic' && type.members.length > 0
      ? {
          ...type,
          members: type.members.map((member) => (member.name === 'failed' ? { ...member, name: 'x' } : member)),
        }
      : type,
  );
  assert.equal(misfit(shape, { ...shape, types: renamed }), 'value field failed: not in the pinned map');
});

test('a field that takes bytes to spare fits what is pinned, either way round, but no other change does', () => {
  const facts = connect4.maps.find(({ name }) => name === 'sockets');
  assert.ok(facts);
  const changed = (change: (fields: readonly BtfMember[]) => readonly BtfMember[]) => ({
    ...facts,
    types: connect4.types.map((type) =>
      type.name === 'given' && type.members.length > 0 ? { ...type, members: change(type.members) } : type,
    ),
  });
  const now = changed((fields) => fields);
  const cluster = connect4.types.find(({ name }) => name === 'given')?.members.find(({ name }) => name === 'cluster');
  const spare = connect4.types.find(({ name }) => name === 'given')?.members.find(({ name }) => name === 'spare');
  assert.ok(cluster && spare);
  const added = { ...cluster, name: 'novelty', offset: spare.offset };
  const newer = changed((fields) => [...fields.filter(({ name }) => name !== 'spare'), added]);
  assert.equal(misfit(newer, now, { spare: true }), undefined);
  assert.equal(misfit(now, newer, { spare: true }), undefined);
  assert.match(misfit(newer, now) ?? '', /novelty: not in the pinned map/);
  const inPlaceOf = changed((fields) => [
    ...fields.filter(({ name }) => name !== 'cluster'),
    { ...cluster, name: 'x' },
  ]);
  assert.match(misfit(inPlaceOf, now, { spare: true }) ?? '', /field x: not in the pinned map/);
  const beyond = changed((fields) => [...fields, { ...added, offset: spare.offset + 47 }]);
  assert.match(misfit(beyond, now, { spare: true }) ?? '', /novelty: not in the pinned map/);
});

test('what is no type information is refused, however it is cut or changed', () => {
  const fault = (error: unknown): boolean => isFault(error, 'kernel/btf-malformed');
  assert.throws(() => parseBtf(new Uint8Array(0)), fault);
  assert.throws(() => parseBtf(Buffer.from('not BTF at all, really')), fault);
  const cut = Buffer.alloc(28);
  cut.writeUInt16LE(0xeb9f, 0);
  cut.writeUInt32LE(24, 4);
  cut.writeUInt32LE(1000, 12);
  assert.throws(() => parseBtf(cut), fault);
});
