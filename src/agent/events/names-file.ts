/** What the numbers and addresses in the kernel's tables are called, left in a file for who looks while no agent runs. */
import { join } from 'node:path';
import { JsonFile, readJson } from '../json-file.ts';

/** Each is `namespace/name`, or a duty of the agent itself. */
export interface Names {
  /** By `vipKey` of what is called. */
  readonly services: Readonly<Record<string, string>>;
  /** By protocol and port of a gateway, `TCP/10001`. */
  readonly lanes: Readonly<Record<string, string>>;
}

const FILE = 'names.json';
const NONE: Names = { services: {}, lanes: {} };

export function namesFile(stateDir: string): JsonFile<Names> {
  return new JsonFile(join(stateDir, FILE));
}

/** A file that cannot be read is as good as none. */
export function readNames(stateDir: string): Names {
  return { ...NONE, ...(readJson(join(stateDir, FILE)) as Partial<Names> | undefined) };
}

/** The address as it is in `vipKey`. */
export function servicesByAddress({ services }: Names): ReadonlyMap<string, string> {
  return new Map(Object.entries(services).map(([key, service]) => [key.slice(0, key.indexOf(':')), service]));
}

export function laneKey(protocol: string, port: number): string {
  return `${protocol}/${port}`;
}
