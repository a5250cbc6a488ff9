/** Label and field selectors of a request as one filter. */
import {
  type KubeObject,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from '#objects/index.ts';
import { badRequest } from './api-error.ts';

export type Filter = (object: KubeObject) => boolean;

/** Undefined when everything is selected. @throws ApiError 400 */
export function filterOf({ searchParams }: URL, name: string | undefined): Filter | undefined {
  const filters: Filter[] = [];
  const labels = searchParams.get('labelSelector');
  if (labels) {
    const parsed = parseLabelSelector(labels);
    if (!parsed.ok) throw badRequest(`unable to parse requirement: ${parsed.problems[0]?.message}`);
    filters.push(({ metadata }) => matchesLabels(parsed.value, metadata.labels));
  }
  const fields = searchParams.get('fieldSelector');
  if (fields) {
    const parsed = parseFieldSelector(fields);
    if (!parsed.ok) throw badRequest(`invalid field selector: ${parsed.problems[0]?.message}`);
    filters.push((object) => matchesFields(parsed.value, object));
  }
  if (name) filters.push(({ metadata }) => metadata.name === name);
  return filters.length > 0 ? (object) => filters.every((filter) => filter(object)) : undefined;
}
