import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('a machine without cgroup v2 is told so', () => {
  assert.throws(() => cgroup2Mount([]), { code: 'host/no-cgroup2' });
});
