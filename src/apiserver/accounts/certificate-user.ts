/** The subject of a client certificate that our authority signed: CN is the user, each O a group. */
import type { TLSSocket } from 'node:tls';
import type { User } from '../http/exchange.ts';
import { AUTHENTICATED } from '../rbac/policy.ts';

/** A certificate is shown once per connection, and taking it apart costs more than most requests. */
const known = new WeakMap<TLSSocket, User>();

/** @returns undefined for a client without a certificate of ours */
export function certificateUser(socket: TLSSocket): User | undefined {
  const user = known.get(socket) ?? userOf(socket);
  if (user) known.set(socket, user);
  return user;
}

function userOf(socket: TLSSocket): User | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const name = all(subject?.CN)[0];
  return name ? { name, groups: [...all(subject.O), AUTHENTICATED] } : undefined;
}

function all(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
