import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../http/api-error.ts';
import { MESSAGES } from './messages.ts';
import { readProtobuf } from './protobuf.ts';

/** What kubectl 1.32 sends for `auth can-i get pods` in the namespace "default". */
const CAN_I = Buffer.from(
  '6b38730' +
    '00a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a656374416363657373526576696577' +
    '123c0a100a0012001a0022002a00320038004200121e0a1c0a0764656661756c7412036765741a0022002a04706f647332003a00' +
    '1a0808001200' +
    '1a002000' +
    '1a002200',
  'hex',
);
const read = (body: Buffer) => readProtobuf(body, 'SelfSubjectAccessReview', MESSAGES);

test('what kubectl sends is read', () => {
  assert.deepEqual(read(CAN_I), {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: {},
    spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
  });
});

test('another kind is refused by name', () => {
  assert.throws(
    () => readProtobuf(CAN_I, 'TokenRequest', MESSAGES),
    /is a SelfSubjectAccessReview, expected TokenRequest/,
  );
});

test('whatever bytes come, they are read or refused', () => {
  const isFine = (body: Buffer) => {
    try {
      read(body);
      return true;
    } catch (error) {
      return error instanceof ApiError && error.statusCode === 400;
    }
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => isFine(Buffer.concat([Buffer.from('k8s\0'), bytes]))),
  );
  fc.assert(
    fc.property(fc.nat(CAN_I.length), fc.nat(255), (at, byte) => {
      const changed = Buffer.from(CAN_I);
      if (at < changed.length) changed[at] = byte;
      return isFine(changed) && isFine(changed.subarray(0, at));
    }),
    { numRuns: 2_000 },
  );
  assert.ok(isFine(Buffer.alloc(0)));
});
