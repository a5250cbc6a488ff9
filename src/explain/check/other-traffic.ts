import { DEFAULT_SNAT_PORTS, NODE_PORTS } from '#api/index.ts';
import type { PortRange } from './facts.ts';

/** What else comes to a port of a gateway's address, such as `lane ports are 10000-14999`; undefined: nothing. */
export function otherTraffic(port: number, lanePorts: PortRange): string | undefined {
  const ranges = { 'lane ports': lanePorts, 'ports of translated sources': DEFAULT_SNAT_PORTS, NodePorts: NODE_PORTS };
  const [met] = Object.entries(ranges).filter(([, range]) => holds(range, port));
  return met && `${met[0]} are ${shown(met[1])}`;
}

export function holds({ first, last }: PortRange, port: number): boolean {
  return port >= first && port <= last;
}

export function shown({ first, last }: PortRange): string {
  return `${first}-${last}`;
}
