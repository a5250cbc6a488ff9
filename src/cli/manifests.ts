/** Prints objects so that `kubectl apply -f -` takes them. */
import { Option } from 'commander';
import { stringify } from 'yaml';
import { printJson } from './output.ts';

export type ManifestFormat = 'yaml' | 'json';

export function manifestOption(): Option {
  return new Option('-o, --output <format>', 'how to print').choices(['yaml', 'json']).default('yaml');
}

/** JSON is one `v1` List. */
export function printManifests(format: ManifestFormat, objects: readonly unknown[]): void {
  if (format === 'json') return printJson({ apiVersion: 'v1', kind: 'List', items: objects });
  process.stdout.write(objects.map((object) => `---\n${stringify(object, { aliasDuplicateObjects: false })}`).join(''));
}
