/** Who asks: the subject of a client certificate that our authority signed. CN is the user, each O a group. */
import type { TLSSocket } from 'node:tls';
import type { User } from './exchange.ts';

/** @returns undefined for a client without a certificate of ours */
export function authenticate(socket: TLSSocket): User | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const name = first(subject?.CN);
  return name ? { name, groups: [...all(subject.O), 'system:authenticated'] } : undefined;
}

function first(value: string | string[] | undefined): string | undefined {
  return all(value)[0];
}

function all(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
