/** When the kernel last saw a TCP connection to a cluster come about: read from the pins, only when somebody asks. */
import { existsSync, readFileSync } from 'node:fs';
import { openTable, tables } from '#kernel/index.ts';

const NANOSECONDS = 1e6;

/**
 * @param numbersPath the names of clusters in the order of their numbers, kept by the agent
 * @returns when, as the system clock's `monotonic()`
 */
export function tcpEvidence(pinDir: string, numbersPath: string): (cluster: string) => number | undefined {
  if (!existsSync(`${pinDir}/maps/${tables.reached.name}`)) return () => undefined; // no hooks on this node
  const table = openTable(pinDir, tables.reached);
  return (cluster) => {
    const at = table.get(numberOf(cluster, numbersPath)) ?? 0n;
    return at === 0n ? undefined : Number(at) / NANOSECONDS;
  };
}

function numberOf(cluster: string, path: string): number {
  const names: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
  return Array.isArray(names) ? Math.max(0, names.indexOf(cluster)) : 0;
}
