/** Names as Kubernetes allows them. Source: RFC 1123, RFC 1035. */
import { isObject, type JsonObject, labelKeyProblem, labelValueProblem, type Problem } from '#objects/index.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SERVICE = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const RBAC = /^[^/%]+$/;

export function checkName(plural: string, group: string, name: string): Problem[] {
  const rule = ruleFor(plural, group);
  if (name.length <= rule.max && rule.pattern.test(name) && name !== '.' && name !== '..') return [];
  const message = `Invalid value: ${JSON.stringify(name)}: ${rule.text}, at most ${rule.max} characters`;
  return [{ path: 'metadata.name', reason: 'FieldValueInvalid', message }];
}

function ruleFor(plural: string, group: string) {
  if (group === 'rbac.authorization.k8s.io') return { pattern: RBAC, max: 253, text: 'may not contain "/" or "%"' };
  if (plural === 'namespaces') return { pattern: LABEL, max: 63, text: 'must be a lowercase RFC 1123 label' };
  if (plural === 'services' && group === '') return { pattern: SERVICE, max: 63, text: 'must be a DNS-1035 label' };
  return { pattern: SUBDOMAIN, max: 253, text: 'must be a lowercase RFC 1123 subdomain' };
}

export function checkLabels(labels: unknown): Problem[] {
  const problems = Object.entries(isObject(labels) ? labels : {}).flatMap(([key, value]) => [
    labelKeyProblem(key, 'metadata.labels'),
    typeof value === 'string' ? labelValueProblem(value, 'metadata.labels') : undefined,
  ]);
  return problems.filter((problem) => problem !== undefined);
}

/** What is being deleted takes no new finalizer: it could be kept for ever. */
export function checkFinalizers({ metadata }: JsonObject, before: JsonObject | undefined): Problem[] {
  const [is, was] = [metadata, before?.metadata].map((meta) => (isObject(meta) ? meta : {}));
  if (!was?.deletionTimestamp) return [];
  const old = Array.isArray(was.finalizers) ? was.finalizers : [];
  const added = (Array.isArray(is?.finalizers) ? is.finalizers : []).filter((one) => !old.includes(one));
  if (added.length === 0) return [];
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  return [{ path: 'metadata.finalizers', reason: 'FieldValueForbidden', message }];
}
