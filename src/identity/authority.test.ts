import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createAuthority, openAuthority } from './index.ts';

test('a client and a server with certificates of one authority trust each other over TLS 1.3', async () => {
  const ca = await createAuthority('test-ca');
  const server = await ca.issue({ commonName: 'server', addresses: ['127.0.0.1'], usages: ['server'] });
  const client = await ca.issue({
    commonName: 'alice',
    organizations: ['system:masters', 'team-a'],
    usages: ['client'],
  });

  const listener = createServer({
    cert: server.certificate,
    key: server.key,
    ca: ca.certificate,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const port = (listener.address() as AddressInfo).port;
  const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = connect({ port, host: '127.0.0.1', ca: ca.certificate, cert: client.certificate, key: client.key });
  await once(socket, 'secureConnect');
  const [peer] = await accepted;

  const { subject } = peer.getPeerCertificate();
  assert.equal(subject.CN, 'alice');
  assert.deepEqual(subject.O, ['system:masters', 'team-a']);
  socket.destroy();
  peer.destroy();
  listener.close();
});

test('a server certificate carries every address and name asked for', async () => {
  const ca = await createAuthority('test-ca');
  const { certificate } = await ca.issue({
    commonName: 'apiserver',
    addresses: ['172.30.77.10', '10.96.0.1'],
    dnsNames: ['kubernetes.default.svc'],
  });
  const leaf = new X509Certificate(certificate);
  assert.equal(leaf.checkIP('172.30.77.10'), '172.30.77.10');
  assert.equal(leaf.checkIP('10.96.0.1'), '10.96.0.1');
  assert.equal(leaf.checkHost('kubernetes.default.svc'), 'kubernetes.default.svc');
  assert.equal(leaf.checkIP('10.96.0.2'), undefined);
});

test('an authority opened again from its PEM texts signs certificates the first one vouches for', async () => {
  const first = await createAuthority('kept');
  const again = await openAuthority({ certificate: first.certificate, key: first.key });
  const leaf = new X509Certificate((await again.issue({ commonName: 'bob' })).certificate);
  const root = new X509Certificate(first.certificate);
  assert.ok(leaf.verify(root.publicKey));
  assert.ok(leaf.checkIssued(root));
});

test('a stranger with the same name is not vouched for', async () => {
  const root = new X509Certificate((await createAuthority('same')).certificate);
  const leaf = new X509Certificate((await (await createAuthority('same')).issue({ commonName: 'eve' })).certificate);
  assert.equal(leaf.verify(root.publicKey), false);
});

test('a text that is no PEM is a clear error', async () => {
  await assert.rejects(openAuthority({ certificate: 'x', key: 'y' }), { code: 'identity/not-made' });
});
