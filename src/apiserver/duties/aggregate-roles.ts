/** A ClusterRole with an aggregation rule holds what the ClusterRoles it selects hold. */
import type { Log } from '#kit/index.ts';
import {
  asJson,
  canonical,
  deepEqual,
  type Json,
  type LabelSelector,
  labelRequirements,
  matchesLabels,
  type Store,
  storeResource,
} from '#objects/index.ts';
import type { Registry } from '../kinds/registry.ts';
import { type PolicyRule, RBAC_GROUP, type Role } from '../rbac/policy.ts';
import { ownRequest } from '../write/own-request.ts';
import type { Writer } from '../write/writer.ts';
import { createLater } from './later.ts';

const CLUSTER_ROLES = { group: RBAC_GROUP, plural: 'clusterroles' } as const;

export function aggregateRoles(registry: Registry, store: Store, writer: Writer, log: Log): void {
  const later = createLater(log, 'aggregate-roles');
  later('all', gather);
  writer.onWrite(({ asked: { type } }) => {
    if (type.group === CLUSTER_ROLES.group && type.plural === CLUSTER_ROLES.plural) later('all', gather);
  });

  function gather(): void {
    const outcome = store.list(storeResource(CLUSTER_ROLES));
    const roles = outcome.outcome === 'ok' ? (outcome.items as readonly Role[]) : [];
    for (const role of roles) if (role.aggregationRule) fill(role, roles);
  }

  function fill(role: Role, all: readonly Role[]): void {
    const rules = gathered(role, all) as unknown as Json;
    if (deepEqual(rules, (role.rules ?? []) as unknown as Json)) return;
    const asked = registry.find(RBAC_GROUP, 'v1', CLUSTER_ROLES.plural);
    if (!asked) return;
    writer.update(asked, role.metadata, ownRequest('clusterrole-aggregation-controller'), (before) => ({
      ...before,
      rules,
    }));
  }
}

/** Rules of the selected roles in the order of their names, each once. */
function gathered({ metadata, aggregationRule }: Role, all: readonly Role[]): PolicyRule[] {
  const selectors = (aggregationRule?.clusterRoleSelectors ?? []).map((selector) =>
    labelRequirements(selector as LabelSelector),
  );
  const isSelected = (role: Role) => selectors.some((one) => one.ok && matchesLabels(one.value, role.metadata.labels));
  const rules = all
    .filter((role) => role.metadata.name !== metadata.name && isSelected(role))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((role) => role.rules ?? []);
  return [...new Map(rules.map((rule) => [canonical(asJson(rule)), rule])).values()];
}
