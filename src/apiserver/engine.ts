/** What stands behind the API server's sockets: kinds, rules and duties over one store. */
import { createTokenKey, createTokenSigner } from '#identity/index.ts';
import { type Clock, type Log, uuid } from '#kit/index.ts';
import type { KubeObject, Store } from '#objects/index.ts';
import { createAccountTokens } from './accounts/account-tokens.ts';
import { aggregateRoles } from './duties/aggregate-roles.ts';
import { serveCustomKinds } from './duties/custom-kinds.ts';
import { makeDefaultAccounts } from './duties/default-accounts.ts';
import { collectGarbage } from './duties/garbage-collector.ts';
import { expireEvents } from './duties/expire-events.ts';
import { endNamespaces } from './duties/namespace-end.ts';
import { firstObjects } from './first-objects.ts';
import type { AnswerContext } from './http/answer.ts';
import { createLimits, type LimitOptions } from './http/limits.ts';
import { builtinKinds } from './kinds/builtin.ts';
import { createRegistry } from './kinds/registry.ts';
import { createAuthorizer } from './rbac/authorizer.ts';
import { RBAC_GROUP } from './rbac/policy.ts';
import { builtinRules } from './write/kind-rules.ts';
import { createWriter } from './write/writer.ts';

export interface EngineOptions {
  readonly store: Store;
  /** Ranges of cluster IPs, one of each family that the cluster has, its own first. */
  readonly serviceRanges: readonly string[];
  /** `hub`: only what a production hub needs. */
  readonly kinds?: 'all' | 'hub';
  /** CustomResourceDefinitions that are there from the start. */
  readonly crds?: readonly KubeObject[];
  /** Further objects that are there from the start: made when they are not. */
  readonly objects?: readonly KubeObject[];
  /** How many requests and watches at once. */
  readonly limits?: Partial<LimitOptions>;
  /** Unix socket that answers for logs and exec. */
  readonly kubeletSocket?: string;
  /** Signs the tokens of ServiceAccounts (PEM, EC P-256). Without one they end with this process. */
  readonly tokenKey?: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** @param stopping ends its duties and its watches */
export function createEngine(
  {
    store,
    clock,
    serviceRanges,
    kinds = 'all',
    crds = [],
    objects = [],
    tokenKey,
    limits,
    kubeletSocket,
    log,
  }: EngineOptions,
  stopping: AbortSignal,
): AnswerContext {
  const registry = createRegistry(builtinKinds(kinds));
  const builtin = registry.kinds();
  const authorizer = createAuthorizer(store);
  const newUid = () => uuid(clock);
  const signer = createTokenSigner(tokenKey ?? createTokenKey());
  const tokens = createAccountTokens({ store, clock, signer, newUid });
  const rules = builtinRules({
    authorizer,
    store,
    serviceRanges,
    clock,
    random: () => clock.random(),
    isBuiltin: (group, plural, kind) =>
      builtin.some(({ type }) => type.group === group && (type.plural === plural || type.kind === kind)),
  });
  const writer = createWriter({ store, clock, newUid, rules });
  writer.onWrite(({ asked: { type } }) => type.group === RBAC_GROUP && authorizer.forget());
  serveCustomKinds(registry, store, writer, clock, log);
  firstObjects({ registry, store, writer, serviceRanges, crds, objects });
  aggregateRoles(registry, store, writer, log);
  makeDefaultAccounts(registry, store, writer, log);
  collectGarbage(registry, store, writer, log);
  endNamespaces(registry, store, writer, clock, log);
  expireEvents({ registry, store, writer, clock, log }, stopping);
  return {
    registry,
    store,
    writer,
    authorizer,
    tokens,
    enter: createLimits(limits),
    clock,
    stopping,
    kubeletSocket,
    log,
  };
}
