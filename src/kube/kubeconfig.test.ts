import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '#kit/index.ts';
import { parseKubeconfig, readKubeconfig } from './kubeconfig.ts';

const CONFIG = `
apiVersion: v1
kind: Config
current-context: east
contexts:
- {name: east, context: {cluster: east, user: admin}}
- {name: west, context: {cluster: west, user: robot}}
clusters:
- {name: east, cluster: {server: 'https://10.0.0.1:6443/', certificate-authority: ca.crt}}
- {name: west, cluster: {server: 'https://10.0.0.2:6443', insecure-skip-tls-verify: true}}
users:
- {name: admin, user: {client-certificate-data: ${Buffer.from('CERT').toString('base64')}, client-key: admin.key}}
- {name: robot, user: {tokenFile: token}}
`;

test('reads the current context; files lie beside the kubeconfig', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'config'), CONFIG);
  writeFileSync(join(folder, 'ca.crt'), 'CA');
  writeFileSync(join(folder, 'admin.key'), 'KEY');
  const { server, ca, cert, key } = readKubeconfig(join(folder, 'config'));
  assert.deepEqual({ server, ca, cert, key }, { server: 'https://10.0.0.1:6443', ca: 'CA', cert: 'CERT', key: 'KEY' });
  const west = readKubeconfig(join(folder, 'config'), { context: 'west' });
  assert.deepEqual(
    [west.server, west.tokenFile, west.insecure],
    ['https://10.0.0.2:6443', join(folder, 'token'), true],
  );
});

test('says which file and what is wrong with it', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /not a mapping/],
    ['a: [', /read kubeconfig: /],
    ['kind: Config', /no current-context/],
    ['current-context: x', /context "x" is not defined/],
    [CONFIG.replace('cluster: east,', 'cluster: south,'), /names no defined cluster/],
    [CONFIG.replace('ca.crt', '/nowhere/ca.crt'), /read \/nowhere\/ca\.crt/],
  ];
  for (const [source, message] of wrong) {
    assert.throws(
      () => parseKubeconfig(source),
      (error: unknown) => isFault(error, 'kube/bad-kubeconfig') && message.test(error.message),
    );
  }
});

test('a kubeconfig that was spoilt, or any other text, is read or refused as one', () => {
  const mark = fc.constantFrom('*x', '&x ', '!!set ', ': ', '- ', '{', ']', '|\n', '<<: ', "'", '\t', '\0', '? ');
  const spoilt = fc
    .array(fc.tuple(fc.nat(CONFIG.length), fc.oneof(mark, fc.string()), fc.nat(30)), { maxLength: 6 })
    .map((cuts) => cuts.reduce((text, [at, put, gone]) => text.slice(0, at) + put + text.slice(at + gone), CONFIG));
  fc.assert(
    fc.property(fc.oneof(spoilt, fc.string()), fc.option(fc.constantFrom('east', 'west')), (text, context) => {
      try {
        assert.equal(typeof parseKubeconfig(text, { context: context ?? undefined }).server, 'string');
      } catch (error) {
        assert.ok(isFault(error, 'kube/bad-kubeconfig'), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
