/** One part of an image's name changed (karmada-io/karmada, pkg/util/imageparser and overridemanager). Pure. */
import type { ImageOverrider } from '../types.ts';

interface ImageParts {
  readonly registry: string;
  readonly repository: string;
  /** With the sign before it: `:1.27`, `@sha256:…`. */
  readonly version: string;
}

/** Everything before the first slash is the registry, as in Karmada. */
export function overrideImage(image: string, { component, operator, value = '' }: ImageOverrider): string {
  const parts = partsOf(image);
  const next = (now: string) => (operator === 'add' ? now + value : operator === 'replace' ? value : '');
  if (component === 'Registry') return joined({ ...parts, registry: next(parts.registry) });
  if (component === 'Repository') return joined({ ...parts, repository: next(parts.repository) });
  const bare = parts.version.replace(/^[:@]/, '');
  const version = next(bare).replace(/^@/, '');
  return joined({ ...parts, version: version === '' ? '' : `${version.includes(':') ? '@' : ':'}${version}` });
}

function partsOf(image: string): ImageParts {
  const [, name = '', version = ''] = /^(.*?)(@.*|:[^/]*)?$/.exec(image) ?? [];
  const slash = name.indexOf('/');
  return { registry: name.slice(0, Math.max(0, slash)), repository: name.slice(slash + 1), version };
}

function joined({ registry, repository, version }: ImageParts): string {
  return `${registry === '' ? '' : `${registry}/`}${repository}${version}`;
}
