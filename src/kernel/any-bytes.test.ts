import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '#kit/index.ts';
import { parseBtf, sizeOf } from './btf.ts';
import * as structs from './generated/structs.ts';
import { closeObject, objectBtf, openObject } from './native.ts';
import { OBJECTS } from './testing/test-arena.ts';
import { bytesOf, type Codec, u32Codec, u64Codec, valueOf } from './typed-map.ts';
import { refusalIn } from './verifier-log.ts';

const codecs: Readonly<Record<string, Codec<unknown>>> = { ...structs, u32Codec, u64Codec };

for (const [name, codec] of Object.entries(codecs)) {
  test(`${name}: whatever bytes the kernel holds are read, written alike, and nothing beside them`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: codec.size, maxLength: codec.size }), fc.nat(16), (bytes, at) => {
        const value = valueOf(codec, bytes);
        assert.deepEqual(valueOf(codec, bytesOf(codec, value)), value);
        const table = new Uint8Array(at + codec.size + 16).fill(0xa5);
        codec.encode(value, new DataView(table.buffer), at);
        assert.deepEqual(table.subarray(at, at + codec.size), bytesOf(codec, value));
        assert.ok([...table.subarray(0, at), ...table.subarray(at + codec.size)].every((byte) => byte === 0xa5));
      }),
    );
  });
}

function btfOf(name: string): Uint8Array {
  const object = openObject(join(OBJECTS, name));
  assert.ok(typeof object !== 'number');
  try {
    return Uint8Array.from(objectBtf(object) ?? []);
  } finally {
    closeObject(object);
  }
}

const btf = btfOf('sock_release.bpf.o');
const writes = fc.array(fc.tuple(fc.nat(btf.length - 1), fc.nat(255)), { maxLength: 20 });

test('type information that was spoilt is read to its end or refused, and every size in it is found', () => {
  fc.assert(
    fc.property(writes, fc.nat(btf.length), fc.boolean(), (spoilt, cut, isCut) => {
      const bytes = btf.slice(0, isCut ? cut : undefined);
      for (const [at, byte] of spoilt) if (at < bytes.length) bytes[at] = byte;
      try {
        const types = parseBtf(bytes);
        for (const { id } of types) sizeOf(types, id);
      } catch (error) {
        assert.ok(isFault(error, 'kernel/btf-malformed'), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('types that refer to themselves are refused', () => {
  for (const [kind, extra] of [
    [8, []],
    [3, [1, 1, 4]],
  ] as const) {
    const words = [
      0xeb9f | (1 << 16),
      24,
      0,
      12 + 4 * extra.length,
      12 + 4 * extra.length,
      1,
      0,
      kind << 24,
      1,
      ...extra,
    ];
    const bytes = new Uint8Array(Buffer.concat([Buffer.from(Uint32Array.from(words).buffer), Buffer.alloc(1)]));
    assert.throws(() => parseBtf(bytes), { code: 'kernel/btf-malformed' });
  }
});

test('whatever a verifier says, a reason is found in it or none', () => {
  const line = fc.constantFrom(
    'processed 1 insns',
    '; int x',
    'R1=ctx()',
    '0: (95) exit',
    'R0 !read_ok',
    '',
    'from 1 to 2',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      const found = refusalIn(lines.join('\n'));
      assert.ok(found === undefined || lines.some((one) => one.trim() === found.reason || one.includes(found.reason)));
    }),
  );
});
