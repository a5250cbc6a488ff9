import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { redactText } from '#explain/index.ts';

const MOST = 256 * 1024;

/**
 * The end of a log. Secrets are taken out of twice as much before it is cut: of a key that the cut goes through, the second half would
 * not be known for what it is.
 */
export function readTail(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, 2 * MOST));
    const read = readSync(fd, bytes, 0, bytes.length, Math.max(0, size - bytes.length));
    return redactText(bytes.toString('utf8', 0, read)).slice(-MOST);
  } finally {
    closeSync(fd);
  }
}
