/** A container's environment. */
import { SealaneError } from '#kit/index.ts';
import type { Container, EnvVar, Pod } from '#sandbox/workloads/index.ts';

/** Data of a ConfigMap or Secret as text; undefined when there is none. */
export type Lookup = (
  kind: 'configMap' | 'secret',
  name: string,
) => Promise<Readonly<Record<string, string>> | undefined>;

export interface EnvSource {
  readonly pod: Pod;
  readonly addresses: readonly string[];
  readonly hostAddresses: readonly string[];
  readonly lookup: Lookup;
}

/** What the specification says, references resolved. @throws `kubelet/bad-env` when something it needs is not there */
export async function containerEnv(container: Container, source: EnvSource): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const ref = configMapRef ?? secretRef;
    if (!ref) continue;
    const data = await source.lookup(configMapRef ? 'configMap' : 'secret', ref.name);
    if (!data && !ref.optional) throw missing(configMapRef ? 'configmap' : 'secret', ref.name);
    for (const [key, value] of Object.entries(data ?? {})) env[prefix + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, source, env);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;
}

async function valueOf({ value, valueFrom }: EnvVar, source: EnvSource, env: Readonly<Record<string, string>>) {
  if (!valueFrom) return expand(value ?? '', env);
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) return fieldOf(fieldRef.fieldPath, source);
  const ref = configMapKeyRef ?? secretKeyRef;
  if (!ref) return '';
  const found = (await source.lookup(configMapKeyRef ? 'configMap' : 'secret', ref.name))?.[ref.key];
  if (found === undefined && !ref.optional) throw missing(configMapKeyRef ? 'configmap' : 'secret', ref.name, ref.key);
  return found;
}

function missing(kind: string, name: string, key?: string): SealaneError {
  const what = key === undefined ? `${kind} "${name}" not found` : `couldn't find key ${key} in ${kind} "${name}"`;
  return new SealaneError('kubelet/bad-env', what);
}

function fieldOf(path: string, { pod: { metadata, spec }, addresses, hostAddresses }: EnvSource): string {
  const map = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (map) return metadata[map[1] as 'labels' | 'annotations']?.[map[2] ?? ''] ?? '';
  const fields: Record<string, string | undefined> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
    'status.podIP': addresses[0],
    'status.podIPs': addresses.join(','),
    'status.hostIP': hostAddresses[0],
    'status.hostIPs': hostAddresses.join(','),
  };
  if (!Object.hasOwn(fields, path)) throw new SealaneError('kubelet/bad-env', `unsupported fieldPath: ${path}`);
  return fields[path] ?? '';
}

/** `$(NAME)` of what is known; `$$(` stays `$(`. Others stay as they are. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^()\s]+)\))/g, (whole, rest: string, name: string | undefined) => {
    if (rest === '$') return '$';
    return name !== undefined && Object.hasOwn(env, name) ? (env[name] ?? '') : whole;
  });
}
