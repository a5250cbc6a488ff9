/** The URL grammar of the Kubernetes API: one regular shape, parsed once. */

export interface ApiPath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

const SHAPE =
  /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+)(?=\/[^/]))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

/** Namespaces themselves have these below them, which are no kinds. */
const OF_NAMESPACES = new Set(['status', 'finalize']);

/** @returns undefined when it is no resource's path */
export function parsePath(pathname: string): ApiPath | undefined {
  const found = SHAPE.exec(pathname);
  if (!found) return undefined;
  const [, core, group = '', version = '', namespace, plural = '', name, subresource] = found.map(decoded);
  if (core && namespace && !name && OF_NAMESPACES.has(plural)) {
    return { group: '', version: core, plural: 'namespaces', name: namespace, subresource: plural };
  }
  return {
    group: core ? '' : group,
    version: core ?? version,
    plural,
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(subresource && { subresource }),
  };
}

function decoded(part: string | undefined): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign names nothing that exists
  }
}

/** Logs and exec are the kubelet's. */
export function isKubelets({ group, plural, subresource }: ApiPath): boolean {
  return group === '' && plural === 'pods' && (subresource === 'log' || subresource === 'exec');
}
