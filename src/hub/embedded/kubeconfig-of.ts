import type { Access } from '#kube/index.ts';

/** JSON is YAML: a kubeconfig that kubectl reads. */
export function kubeconfigOf({ server, serverName, ca = '', cert = '', key = '' }: Access, user: string): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const cluster = {
    server,
    ...(serverName && { 'tls-server-name': serverName }),
    'certificate-authority-data': base64(ca),
  };
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'hub',
      contexts: [{ name: 'hub', context: { cluster: 'hub', user } }],
      clusters: [{ name: 'hub', cluster }],
      users: [{ name: user, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
    },
    null,
    2,
  );
}
