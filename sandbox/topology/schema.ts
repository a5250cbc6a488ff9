/** The fields of a topology file, and what is wrong with a value. Pure. */
import { cidr, type Family, messageOf, type Range } from '#kit/index.ts';
import type { PerFamily } from './per-family.ts';

export type Path = readonly (string | number)[];

export interface Problem {
  readonly path: Path;
  readonly message: string;
}

export type Report = (path: Path, message: string) => void;

type Read<T> = (value: unknown) => T;

/** Every reader throws an Error that says what was expected; the walk turns it into a problem. */
export const transport: Read<'Plain' | 'WireGuard' | 'MTLS'> = oneOf('Plain', 'WireGuard', 'MTLS');

export const label: Read<string> = (value) => {
  const name = text(value);
  if (name.length > 30) throw new Error(`is ${name.length} characters long, at most 30 are possible`);
  if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
    throw new Error(`"${name}" is not a DNS label: lower-case letters, digits and "-", starting with a letter`);
  }
  if (RESERVED.has(name)) throw new Error(`"${name}" is a name the sandbox uses itself`);
  return name;
};

const RESERVED = new Set(['hub', 'wan', 'pod', 'system']);

export const text: Read<string> = (value) => {
  if (typeof value !== 'string' || value === '') throw new Error(`must be a text, not ${show(value)}`);
  return value;
};

export function count(most: number): Read<number> {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw new Error(`must be a number, not ${show(value)}`);
    if (value < 1 || value > most) throw new Error(`must be from 1 to ${most}, not ${value}`);
    return value;
  };
}

type Bounds = Readonly<Record<Family, readonly [widest: number, narrowest: number]>>;

/** One range, or a list with one of each family; prefix lengths lie within the bounds, both included. */
export function ranges(bounds: Bounds): Read<PerFamily<Range>> {
  return (value) => {
    const [first, ...more] = (Array.isArray(value) ? value : [value]).map((one) => bounded(parsed(text(one)), bounds));
    if (!first) throw new Error('must be a range, or a list of one of each family');
    const [second] = more;
    if (more.length > 1 || second?.family === first.family) {
      throw new Error(`has more than one ${second?.family} range`);
    }
    return [first, ...more];
  };
}

function bounded(range: Range, bounds: Bounds): Range {
  const [widest, narrowest] = bounds[range.family];
  if (range.prefixLength >= widest && range.prefixLength <= narrowest) return range;
  const wanted = widest === narrowest ? `/${widest}` : `between /${widest} and /${narrowest}`;
  throw new Error(`must be ${wanted}, not /${range.prefixLength}`);
}

export const families: Read<PerFamily<Family>> = (value) => {
  const list = (Array.isArray(value) ? value : [value]).map(oneOf('IPv4', 'IPv6'));
  const [first, ...more] = list;
  if (!first || new Set(list).size < list.length) throw new Error(`must name IPv4, IPv6 or both, not ${show(value)}`);
  return [first, ...more];
};

export const ports: Read<{ first: number; last: number }> = (value) => {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text(value)) ?? [];
  const span = { first: Number(first), last: Number(last) };
  if (!first || span.first < 1024 || span.last > 65_535 || span.first > span.last) {
    throw new Error(`must be two ports such as 10000-14999, not ${show(value)}`);
  }
  return span;
};

export const flag: Read<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new Error(`must be true or false, not ${show(value)}`);
  return value;
};

export const nodeNames: Read<readonly string[]> = (value) => {
  if (!Array.isArray(value)) throw new Error(`must be a list of node names, not ${show(value)}`);
  return value.map((name) => {
    if (!/^node-[1-9]$/.test(String(name))) throw new Error(`${show(name)} is not the name of a node (node-1 …)`);
    return String(name);
  });
};

/** What every cluster has unless it says otherwise. */
export const CLUSTER_DEFAULTS = {
  nodes: count(9),
  transport,
  families,
  podRange: ranges({ IPv4: [8, 20], IPv6: [16, 60] }),
  serviceRange: ranges({ IPv4: [8, 24], IPv6: [64, 120] }),
  vipRange: ranges({ IPv4: [8, 23], IPv6: [64, 119] }),
  lan: ranges({ IPv4: [24, 24], IPv6: [64, 112] }),
  lanePorts: ports,
} as const;

export const CLUSTER_FIELDS = {
  ...CLUSTER_DEFAULTS,
  name: label,
  region: text,
  zone: text,
  gateways: nodeNames,
} as const;

export const TOPOLOGY_FIELDS = {
  ...CLUSTER_DEFAULTS,
  wan: ranges({ IPv4: [24, 24], IPv6: [64, 112] }),
  failover: flag,
  clusters: (value: unknown) => value,
} as const;

type Fields = Readonly<Record<string, Read<unknown>>>;

export type Values<F extends Fields> = { [K in keyof F]?: ReturnType<F[K]> };

/** Reads the known fields of a map; reports what is unknown or wrong, and leaves it out. */
export function readFields<F extends Fields>(fields: F, value: unknown, path: Path, report: Report): Values<F> {
  const values: Record<string, unknown> = {};
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    report(path, `must be a map of fields, not ${show(value)}`);
    return {};
  }
  for (const [key, given] of Object.entries(value)) {
    const read = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!read) {
      report([...path, key], `unknown field; known are ${Object.keys(fields).toSorted().join(', ')}`);
      continue;
    }
    try {
      values[key] = read(given);
    } catch (error) {
      report([...path, key], messageOf(error));
    }
  }
  return values as Values<F>;
}

function oneOf<T extends string>(...known: readonly T[]): Read<T> {
  return (value) => {
    if (known.includes(value as T)) return value as T;
    throw new Error(`must be one of ${known.join(', ')}, not ${show(value)}`);
  };
}

function parsed(value: string): Range {
  try {
    return cidr(value);
  } catch (error) {
    throw new Error(messageOf(error).replace(/^read range /, ''));
  }
}

export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value).slice(0, 60);
}

export type ClusterValues = Values<typeof CLUSTER_FIELDS> & { readonly name: string };
export type TopologyValues = Values<typeof TOPOLOGY_FIELDS>;
