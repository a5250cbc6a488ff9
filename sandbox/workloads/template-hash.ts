import { asJson, canonical } from '#objects/index.ts';
import type { PodTemplate } from './kinds.ts';
import { hashSuffix } from './names.ts';

/** The same template, the same letters; a field that is null (`creationTimestamp`, as many tools write it) is not there. */
export function templateHash(template: PodTemplate): string {
  const withoutNulls = JSON.parse(JSON.stringify(template), (_, value: unknown) => value ?? undefined) as PodTemplate;
  return hashSuffix(canonical(asJson(withoutNulls)));
}
