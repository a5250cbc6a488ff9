/** Names as Kubernetes allows them. Source: RFC 1123, RFC 1035. */
import type { Problem } from '#objects/index.ts';

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

const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

export function checkLabels(labels: Readonly<Record<string, unknown>> | undefined): Problem[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' && value.length <= 63 && LABEL_VALUE.test(value)
      ? []
      : [
          {
            path: 'metadata.labels',
            reason: 'FieldValueInvalid' as const,
            message: `Invalid value: ${JSON.stringify(value)}: label ${key}: at most 63 characters, letters, digits, "-", "_" or "."`,
          },
        ],
  );
}
