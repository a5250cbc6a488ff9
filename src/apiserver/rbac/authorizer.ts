/** Role-based access control: who may do what follows from roles and bindings in the store, and from nothing else. */
import { type KubeObject, type Store, storeResource } from '#objects/index.ts';
import type { User } from '../http/exchange.ts';
import { type Attributes, isPath } from './attributes.ts';
import { type Binding, MASTERS, type PolicyRule, RBAC_GROUP, type Role, type RoleRef, type Subject } from './policy.ts';
import { ruleAllows } from './rule-allows.ts';

export interface Decision {
  readonly allowed: boolean;
  /** Which binding allowed it, or which role of the user's could not be read. */
  readonly reason: string;
}

interface Grants {
  readonly rules: readonly { readonly rule: PolicyRule; readonly by: string }[];
  /** Bindings to roles that are not there. */
  readonly missing: readonly string[];
}

export interface Authorizer {
  authorize(attributes: Attributes): Decision;
  /** All that a user may do in a namespace, or in the cluster. */
  rulesFor(user: User, namespace: string | undefined): readonly PolicyRule[];
  /** Undefined when the role is not there. */
  rulesOfRole(ref: RoleRef, namespace: string | undefined): readonly PolicyRule[] | undefined;
  /** Roles or bindings have changed: what was worked out before no longer counts. */
  forget(): void;
}

/** Users times namespaces: more than any cluster of ours has; past it everything is worked out anew. */
const MAX_KNOWN = 2_000;

export function createAuthorizer(store: Store): Authorizer {
  const known = new Map<string, Grants>();
  const list = <T extends KubeObject>(plural: string, namespace?: string): readonly T[] => {
    const outcome = store.list(storeResource({ group: RBAC_GROUP, plural }), { namespace });
    return outcome.outcome === 'ok' ? (outcome.items as readonly T[]) : [];
  };

  function rulesOfRole({ kind, name }: RoleRef, namespace: string | undefined): readonly PolicyRule[] | undefined {
    const plural = kind === 'Role' ? 'roles' : 'clusterroles';
    const resource = storeResource({ group: RBAC_GROUP, plural });
    const role = store.get({ resource, ...(kind === 'Role' && { namespace }), name }) as Role | undefined;
    return role && (role.rules ?? []);
  }

  function grantsOf(user: User, namespace: string | undefined): Grants {
    const key = JSON.stringify([namespace, user.name, user.groups]);
    const found = known.get(key);
    if (found) return found;
    if (known.size >= MAX_KNOWN) known.clear();
    const grants = resolve(user, namespace);
    known.set(key, grants);
    return grants;
  }

  function resolve(user: User, namespace: string | undefined): Grants {
    const bindings = [
      ...list<Binding>('clusterrolebindings'),
      ...(namespace ? list<Binding>('rolebindings', namespace) : []),
    ];
    const rules: { rule: PolicyRule; by: string }[] = [];
    const missing: string[] = [];
    for (const binding of bindings) {
      const subject = binding.subjects?.find((one) => isMeant(one, user, binding.metadata.namespace));
      if (!subject) continue;
      const ofRole = rulesOfRole(binding.roleRef, binding.metadata.namespace);
      const by = describe(binding, subject);
      for (const rule of ofRole ?? []) rules.push({ rule, by });
      if (!ofRole)
        missing.push(`${binding.roleRef.kind.toLowerCase()}.${RBAC_GROUP} "${binding.roleRef.name}" not found`);
    }
    return { rules, missing };
  }

  return {
    authorize(attributes) {
      const { user } = attributes;
      if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
      const { rules, missing } = grantsOf(user, isPath(attributes) ? undefined : attributes.namespace);
      const granted = rules.find(({ rule }) => ruleAllows(rule, attributes));
      if (granted) return { allowed: true, reason: `RBAC: allowed by ${granted.by}` };
      const reason = missing.length > 1 ? `[${missing.join(', ')}]` : (missing[0] ?? '');
      return { allowed: false, reason: reason && `RBAC: ${reason}` };
    },
    rulesFor: (user, namespace) => grantsOf(user, namespace).rules.map(({ rule }) => rule),
    rulesOfRole,
    forget: () => known.clear(),
  };
}

function isMeant({ kind, name, namespace }: Subject, user: User, bindingNamespace: string | undefined): boolean {
  if (kind === 'Group') return user.groups.includes(name);
  if (kind === 'User') return user.name === name;
  const inside = namespace || bindingNamespace;
  return inside !== undefined && user.name === `system:serviceaccount:${inside}:${name}`;
}

function describe({ kind, metadata: { name, namespace }, roleRef }: Binding, subject: Subject): string {
  const who =
    subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || (namespace ?? '')}` : subject.name;
  const binding = namespace ? `${name}/${namespace}` : name;
  return `${kind} "${binding}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
}
