/** Kubeconfigs as text. JSON is YAML. Pure. */
import type { Credential } from '#identity/index.ts';

export interface KubeconfigEntry {
  /** Of the context, the cluster and the user. */
  readonly name: string;
  /** `https://address:port`. */
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  readonly user: Credential;
}

/** The first entry is the current context. */
export function kubeconfigText(entries: readonly KubeconfigEntry[]): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': entries[0]?.name ?? '',
    clusters: entries.map(({ name, server, authority }) => ({
      name,
      cluster: { server, 'certificate-authority-data': base64(authority) },
    })),
    users: entries.map(({ name, user }) => ({
      name,
      user: { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
    })),
    contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
