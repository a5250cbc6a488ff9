/** Reads a kubeconfig: the current context's server and its user's certificate or token. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { SealaneError } from '#kit/index.ts';

/** Enough to dial an API server. Certificates and keys are PEM. */
export interface Access {
  /** `https://host:port[/path]`. */
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  /** Read again now and then: tokens are rotated in place. */
  readonly tokenFile?: string;
  /** Name expected in the server's certificate, if not the host's. */
  readonly serverName?: string;
  readonly insecure?: boolean;
}

type Section = Readonly<Record<string, unknown>>;

/** @throws `kube/bad-kubeconfig` naming file and field */
export function readKubeconfig(file: string, options: { readonly context?: string } = {}): Access {
  return parseKubeconfig(readText(file), { ...options, file });
}

export function parseKubeconfig(
  source: string,
  options: { readonly context?: string; readonly file?: string } = {},
): Access {
  const file = options.file ?? 'kubeconfig';
  const bad = (what: string) => new SealaneError('kube/bad-kubeconfig', `read ${file}: ${what}`);
  const config = parseYaml(source, file);
  const contextName = options.context ?? textOf(config['current-context']);
  if (!contextName) throw bad('no current-context');
  const context = named(config, 'contexts', 'context', contextName);
  if (!context) throw bad(`context "${contextName}" is not defined`);
  const cluster = named(config, 'clusters', 'cluster', textOf(context['cluster']) ?? '');
  if (!cluster) throw bad(`context "${contextName}" names no defined cluster`);
  const user = named(config, 'users', 'user', textOf(context['user']) ?? '') ?? {};
  const server = textOf(cluster['server']);
  if (!server) throw bad(`cluster of context "${contextName}" has no server`);
  if (user['exec']) throw bad('credential plugins (exec) are not run; give a token or a certificate');
  const from = (section: Section, field: string) => material(section, field, file);
  return {
    server: server.replace(/\/+$/, ''),
    ca: from(cluster, 'certificate-authority'),
    cert: from(user, 'client-certificate'),
    key: from(user, 'client-key'),
    token: textOf(user['token']),
    tokenFile: pathOf(textOf(user['tokenFile']), file),
    serverName: textOf(cluster['tls-server-name']),
    insecure: cluster['insecure-skip-tls-verify'] === true,
  };
}

function parseYaml(source: string, file: string): Section {
  try {
    const value: unknown = parse(source);
    if (isSection(value)) return value;
  } catch (cause) {
    throw new SealaneError('kube/bad-kubeconfig', `read ${file}`, { cause });
  }
  throw new SealaneError('kube/bad-kubeconfig', `read ${file}: not a mapping`);
}

function named(config: Section, list: string, field: string, name: string): Section | undefined {
  const entries = config[list];
  const entry = Array.isArray(entries) ? entries.find((item) => isSection(item) && item['name'] === name) : undefined;
  const value: unknown = isSection(entry) ? entry[field] : undefined;
  return isSection(value) ? value : undefined;
}

/** `<field>-data` in base64, or a file beside the kubeconfig. */
function material(section: Section, field: string, file: string): string | undefined {
  const data = textOf(section[`${field}-data`]);
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  const path = pathOf(textOf(section[field]), file);
  return path ? readText(path) : undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SealaneError('kube/bad-kubeconfig', `read ${path}`, { cause });
  }
}

function pathOf(path: string | undefined, file: string): string | undefined {
  return path ? resolve(dirname(file), path) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
