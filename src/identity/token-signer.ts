/** Signed tokens (JWT, RFC 7519, ES256): claims that only the holder of a key can have written. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { SealaneError } from '#kit/index.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface TokenSigner {
  sign(claims: Claims): string;
  /** The claims of a token that this key signed, whatever they say; undefined for anything else. Never throws. */
  verify(token: string): Claims | undefined;
}

const ALGORITHM = 'ES256';
/** Nobody's token is longer; what is, is not worth taking apart. */
const MAX_LENGTH = 16 * 1024;

/** @returns a new private key, PKCS #8 in PEM */
export function createTokenKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @param key PEM of an EC P-256 private key @throws `identity/not-made` for any other */
export function createTokenSigner(key: string): TokenSigner {
  const privateKey = readKey(key);
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const kid = createHash('sha256').update(der).digest('base64url');
  const head = encode({ alg: ALGORITHM, kid });
  return {
    sign(claims) {
      const signed = `${head}.${encode(claims)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), as(privateKey)).toString('base64url')}`;
    },
    verify(token) {
      const [first, body, signature, ...more] = token.length > MAX_LENGTH ? [] : token.split('.');
      // Our own head, letter by letter: no other algorithm or key is ever looked at.
      if (first !== head || !body || !signature || more.length > 0) return undefined;
      const isOurs = verify(
        'sha256',
        Buffer.from(`${first}.${body}`),
        as(publicKey),
        Buffer.from(signature, 'base64url'),
      );
      return isOurs ? (JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims) : undefined;
    },
  };
}

function as(key: KeyObject) {
  return { key, dsaEncoding: 'ieee-p1363' } as const;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    const { namedCurve } = key.asymmetricKeyDetails ?? {};
    if (namedCurve !== 'prime256v1')
      throw new Error(`expected a P-256 key, met ${namedCurve ?? key.asymmetricKeyType}`);
    return key;
  } catch (cause) {
    throw new SealaneError('identity/not-made', 'read the key that signs tokens', { cause });
  }
}
