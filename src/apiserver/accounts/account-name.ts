/** How a ServiceAccount is called as a user, and the groups it is in. */
import type { User } from '../http/exchange.ts';
import { AUTHENTICATED } from '../rbac/policy.ts';

const PREFIX = 'system:serviceaccount:';
const GROUP = 'system:serviceaccounts';

export interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

export function accountUser({ namespace, name }: AccountName): User {
  return { name: `${PREFIX}${namespace}:${name}`, groups: [...accountGroups(namespace), AUTHENTICATED] };
}

export function accountGroups(namespace: string): string[] {
  return [GROUP, `${GROUP}:${namespace}`];
}

/** Undefined for the name of anybody else. */
export function accountOf(user: string): AccountName | undefined {
  const [, namespace, name] = /^system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)$/.exec(user) ?? [];
  return namespace && name ? { namespace, name } : undefined;
}
