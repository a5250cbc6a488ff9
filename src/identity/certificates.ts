/**
 * X.509 by @peculiar/x509. This file is loaded on first use: the library costs 24 MB that most processes never need.
 * The polyfill has to be there before the library is: it fails at import otherwise.
 */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Credential, LeafRequest, Usage } from './credential.ts';

interface Lifetime {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

type Keys = Awaited<ReturnType<typeof createKeys>>;

export interface Signer extends Credential {
  readonly subject: string;
  readonly signingKey: Keys['privateKey'];
  readonly publicKey: Keys['publicKey'];
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

export async function signRoot(commonName: string, lifetime: Lifetime): Promise<Signer> {
  const keys = await createKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [commonName] }],
    ...lifetime,
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: pem(root.toString('pem')),
    key: await keyPem(keys.privateKey),
    subject: root.subject,
    signingKey: keys.privateKey,
    publicKey: keys.publicKey,
  };
}

export async function readSigner(root: Credential): Promise<Signer> {
  const certificate = new x509.X509Certificate(root.certificate);
  const [der] = x509.PemConverter.decode(root.key);
  if (!der) throw new Error('no key in the PEM text');
  const signingKey = await crypto.subtle.importKey('pkcs8', der, CURVE, true, ['sign']);
  const publicKey = await certificate.publicKey.export();
  return { ...root, subject: certificate.subject, signingKey, publicKey };
}

export async function signLeaf(root: Signer, request: LeafRequest, lifetime: Lifetime): Promise<Credential> {
  const keys = await createKeys();
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [request.commonName] }, ...(request.organizations ?? []).map((name) => ({ O: [name] }))],
    issuer: root.subject,
    ...lifetime,
    signingAlgorithm: SIGNATURE,
    publicKey: keys.publicKey,
    signingKey: root.signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension((request.usages ?? ['client', 'server']).map((usage) => usageOid(usage))),
      await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
      ...alternativeNames(request),
    ],
  });
  return { certificate: pem(leaf.toString('pem')), key: await keyPem(keys.privateKey) };
}

function alternativeNames({ addresses = [], dnsNames = [] }: LeafRequest) {
  const names = [
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
  ];
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [];
}

function usageOid(usage: Usage): string {
  return usage === 'client' ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
}

function createKeys() {
  return crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
}

async function keyPem(key: Keys['privateKey']): Promise<string> {
  return pem(x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'));
}

/** Positive and unique: 16 random bytes with the top bit cleared. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('hex');
}

function pem(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
