/** Field numbers of the few messages that are read as protobuf. Source: generated.proto of k8s.io/api (Apache-2.0), facts only. */
import type { Messages } from './protobuf.ts';

const review = (spec: string) => ({ 1: ['metadata', 'ObjectMeta'], 2: ['spec', spec] }) as const;

export const MESSAGES: Messages = {
  ObjectMeta: { 1: ['name', 'string'], 3: ['namespace', 'string'], 5: ['uid', 'string'] },
  SelfSubjectReview: { 1: ['metadata', 'ObjectMeta'] },
  SelfSubjectAccessReview: review('AccessSpec'),
  SubjectAccessReview: review('AccessSpec'),
  LocalSubjectAccessReview: review('AccessSpec'),
  SelfSubjectRulesReview: review('RulesSpec'),
  TokenReview: review('TokenReviewSpec'),
  TokenRequest: review('TokenRequestSpec'),
  AccessSpec: {
    1: ['resourceAttributes', 'ResourceAttributes'],
    2: ['nonResourceAttributes', 'NonResourceAttributes'],
    3: ['user', 'string'],
    4: ['groups', 'strings'],
    6: ['uid', 'string'],
  },
  ResourceAttributes: {
    1: ['namespace', 'string'],
    2: ['verb', 'string'],
    3: ['group', 'string'],
    4: ['version', 'string'],
    5: ['resource', 'string'],
    6: ['subresource', 'string'],
    7: ['name', 'string'],
  },
  NonResourceAttributes: { 1: ['path', 'string'], 2: ['verb', 'string'] },
  RulesSpec: { 1: ['namespace', 'string'] },
  TokenReviewSpec: { 1: ['token', 'string'], 2: ['audiences', 'strings'] },
  TokenRequestSpec: {
    1: ['audiences', 'strings'],
    3: ['boundObjectRef', 'BoundObjectReference'],
    4: ['expirationSeconds', 'integer'],
  },
  BoundObjectReference: {
    1: ['kind', 'string'],
    2: ['apiVersion', 'string'],
    3: ['name', 'string'],
    4: ['uid', 'string'],
  },
};
