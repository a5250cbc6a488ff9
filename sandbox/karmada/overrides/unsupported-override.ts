/** What an override policy asks for that is not done: refused, never passed over. Pure. */
import { beyond, listOf, record } from '../placement/unsupported.ts';

const SPEC = { resourceSelectors: undefined, overrideRules: undefined };
const RULE = { targetCluster: undefined, overriders: undefined };
const AFFINITY = { clusterNames: undefined, exclude: undefined, labelSelector: undefined, fieldSelector: undefined };
const OVERRIDERS = {
  plaintext: undefined,
  imageOverrider: undefined,
  commandOverrider: undefined,
  argsOverrider: undefined,
  labelsOverrider: undefined,
  annotationsOverrider: undefined,
  fieldOverrider: undefined,
};

/** @returns a sentence for each, with its path */
export function unsupportedOverride(spec: unknown): string[] {
  const policy = record(spec);
  const rules = listOf(policy['overrideRules']).map(record);
  return [
    ...beyond(policy, SPEC, ''),
    ...rules.flatMap((rule, i) => {
      const path = `overrideRules[${i}].`;
      return [
        ...beyond(rule, RULE, path),
        ...beyond(record(rule['targetCluster']), AFFINITY, `${path}targetCluster.`),
        ...beyond(record(rule['overriders']), OVERRIDERS, `${path}overriders.`),
        ...operators(record(rule['overriders']), `${path}overriders.`),
      ];
    }),
  ];
}

/** Karmada leaves these out in silence. */
function operators(overriders: Readonly<Record<string, unknown>>, path: string): string[] {
  return ['commandOverrider', 'argsOverrider'].flatMap((field) =>
    listOf(overriders[field]).flatMap((rule, i) =>
      record(rule)['operator'] === 'replace' ? [`${path}${field}[${i}].operator: "replace" is not supported`] : [],
    ),
  );
}
