import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cgroup2Mount, parseMountInfo } from './index.ts';

const LINES = `22 1 0:20 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw,mode=755
31 22 0:27 / /sys/fs/cgroup/unified rw,relatime shared:9 master:2 - cgroup2 cgroup2 rw
40 1 8:1 / /mnt/my\\040disk rw - ext4 /dev/sda1 rw
`;

test('cgroup v2 is found where it is mounted, beside v1 too', () => {
  assert.equal(cgroup2Mount(parseMountInfo(LINES)), '/sys/fs/cgroup/unified');
});

test('a mount point with a blank in its name is read', () => {
  assert.deepEqual(parseMountInfo(LINES)[2], { target: '/mnt/my disk', type: 'ext4', source: '/dev/sda1' });
});

/** As the kernel writes a name. */
const escaped = (name: string) =>
  name.replaceAll(/[ \t\n\\#]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`);

test('whatever a mount’s source and target are called, they are read as they are', () => {
  const name = fc.string({ unit: fc.constantFrom(...String.raw`-\ #0a40ä`.split(''), '\n', '\t'), minLength: 1 });
  const mount = fc.record({ target: name, type: fc.constantFrom('ext4', 'fuse.x', 'cgroup2'), source: name });
  fc.assert(
    fc.property(fc.array(mount), fc.constantFrom('', ' shared:9', ' shared:9 master:2'), (mounts, optional) => {
      const lines = mounts.map(
        ({ target, type, source }) =>
          `31 22 0:27 / /${escaped(target)} rw${optional} - ${type} ${escaped(source)} rw,x=- - y\n`,
      );
      const read = mounts.map((one) => ({ ...one, target: `/${one.target}` }));
      assert.deepEqual(parseMountInfo(lines.join('')), read);
    }),
  );
});

test('any text is mounts or none', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('-', ' ', '\n', '\\', '0', '/') }));
  fc.assert(
    fc.property(text, (some) => {
      for (const { target, type, source } of parseMountInfo(some))
        assert.ok([target, type, source].every((one) => typeof one === 'string'));
    }),
  );
});

test('a machine without cgroup v2 is told so', () => {
  assert.throws(() => cgroup2Mount([]), { code: 'host/no-cgroup2' });
});
