import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '#kit/index.ts';
import { createTokenKey, createTokenSigner } from './token-signer.ts';

const signer = createTokenSigner(createTokenKey());

test('what was signed is read again, with the same key only', () => {
  const key = createTokenKey();
  const token = createTokenSigner(key).sign({ sub: 'a', exp: 5 });
  assert.deepEqual(createTokenSigner(key).verify(token), { sub: 'a', exp: 5 });
  assert.equal(signer.verify(token), undefined);
});

test('a token with a changed letter, another algorithm or none is nobody’s', () => {
  const token = signer.sign({ sub: 'a' });
  const [head = '', body = '', signature = ''] = token.split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const admin = Buffer.from('{"sub":"admin"}').toString('base64url');
  const others = ['', 'x', `${head}.${admin}.${signature}`, `${none}.${body}.`, `${none}.${body}.${signature}`];
  for (const other of [...others, `${token}.x`, `${head}.${body}.`])
    assert.equal(signer.verify(other), undefined, other);
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => signer.verify(text) === undefined));
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '.', '~'), (at, letter) => {
      const changed = token.slice(0, at) + letter + token.slice(at + 1);
      const claims = signer.verify(changed);
      // The last letter of base64 may hold bits that nobody reads.
      return claims === undefined || changed === token || at === token.length - 1;
    }),
  );
});

test('only an EC P-256 key signs', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const key of ['no key', pem])
    assert.throws(
      () => createTokenSigner(key),
      (error) => isFault(error, 'identity/not-made'),
    );
});
