import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactObject } from './redact-object.ts';
import { REMOVED, redactText } from './redact-text.ts';

const KEY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDS3cr3t';
const PEM = `-----BEGIN PRIVATE KEY-----\n${KEY}\n-----END PRIVATE KEY-----`;
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.c2lnbmF0dXJlLXMzY3IzdA';
const HIDDEN = [KEY, JWT, 's3cr3t', 'c2lnbmF0dXJl'];

const TEXTS: Readonly<Record<string, string>> = {
  'a private key': `loaded ${PEM} from disk`,
  'a private key that is cut off': PEM.slice(0, 70),
  'a private key in a line of JSON': JSON.stringify({ msg: `key ${PEM}` }),
  'an EC key': PEM.replaceAll('PRIVATE', 'EC PRIVATE'),
  'a private key in base64': `tls.key: ${btoa(PEM)}`,
  'a bearer token': 'Authorization: Bearer s3cr3t-token',
  'a token of a ServiceAccount': `request with ${JWT} refused`,
  'basic authorization': `header basic ${btoa('me:s3cr3t')}s3cr3t`,
  'a password in a URL': 'GET https://me:s3cr3t@example.com/x',
  'a token in a URL': 'GET https://example.com/?a=1&token=s3cr3t&b=2',
  'a secret before another': 'token=s3cr3t://me:s3cr3t@example.com/x',
  'a flag': 'started with --password=s3cr3t --v 2',
  'a flag and what it is set to, in quotes': 'started with --password "s3cr3t and s3cr3t" --v 2',
  'a flag and a word': 'started with --hub-token s3cr3t --v 2',
  'a variable': 'DB_PASSWORD=s3cr3t',
  'a quoted variable': 'DB_PASSWORD="s3cr3t with s3cr3t"',
  'a line of a kubeconfig': 'client-key-data: s3cr3t',
  'JSON in JSON': JSON.stringify({ applied: JSON.stringify({ stringData: { password: 's3cr3t and s3cr3t' } }) }),
  'WireGuard’s key': 'PrivateKey = s3cr3t/abc=',
};

for (const [what, text] of Object.entries(TEXTS)) {
  test(`${what} is taken out of text`, () => {
    const left = redactText(text);
    assert.deepEqual(
      HIDDEN.filter((secret) => left.includes(secret)),
      [],
      left,
    );
    assert.ok(left.includes(REMOVED));
    assert.equal(redactText(left), left, 'and a second time changes nothing');
  });
}

test('what is no secret stays as it is', () => {
  for (const text of [
    'node-1 has 10.0.0.1, 240.10.0.5:8080/TCP at 2026-11-26T12:00:00Z',
    'https://172.16.0.1:6443/api/v1/pods?limit=500',
    'sha256:1f0c4a4b6f6d6c39eac5bdfb1e8f13b2f8f8d2a8a5a0f8d1e3b9b6c5d4e3f2a1',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  ]) {
    assert.equal(redactText(text), text);
  }
});

test('values of Secrets and of variables go, their names stay', () => {
  const left = redactObject({
    items: [
      { kind: 'Secret', data: { 'tls.key': 'czNjcjN0' }, stringData: { note: 's3cr3t' } },
      {
        kind: 'Pod',
        metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"note":"s3cr3t"}' } },
        spec: {
          containers: [
            {
              env: [
                { name: 'NOTE', value: 's3cr3t' },
                { name: 'FROM', valueFrom: { secretKeyRef: { name: 'db' } } },
              ],
              args: ['--password', 's3cr3t', '--port', '80', '--api-key=s3cr3t'],
            },
          ],
          volumes: [{ secret: { secretName: 'db' } }],
        },
      },
      { kind: 'ConfigMap', data: { password: 's3cr3t', url: 'https://me:s3cr3t@x/' } },
      { token: 's3cr3t', spec: { token: { value: 's3cr3t' } } },
    ],
  });
  const text = JSON.stringify(left);
  assert.ok(!text.includes('s3cr3t') && !text.includes('czNjcjN0'), text);
  for (const name of ['tls.key', 'NOTE', '"secretKeyRef":{"name":"db"}', '"secretName":"db"', '"--port","80"']) {
    assert.ok(text.includes(name), `${name} in ${text}`);
  }
});
