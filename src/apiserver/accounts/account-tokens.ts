/**
 * Tokens of ServiceAccounts: who shows one is that account for as long as the account, the object it is bound to, and its time
 * last. Source: "Managing Service Accounts" of Kubernetes' documentation.
 */
import { type Clock, timestamp } from '#kit/index.ts';
import type { TokenSigner } from '#identity/index.ts';
import type { KubeObject, Store } from '#objects/index.ts';
import type { User } from '../http/exchange.ts';
import { accountUser } from './account-name.ts';

export interface AccountTokensOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly signer: TokenSigner;
  readonly newUid: () => string;
}

export interface TokenOrder {
  readonly account: KubeObject;
  readonly audiences: readonly string[];
  readonly seconds: number;
  /** What must be there for as long as the token is to be good. */
  readonly boundTo?: { readonly kind: BoundKind; readonly object: KubeObject } | undefined;
}

export type BoundKind = 'Pod' | 'Secret' | 'Node';

export type CheckedToken =
  | { readonly user: User; readonly audiences: readonly string[] }
  | { readonly problem: string };

export interface AccountTokens {
  issue(order: TokenOrder): { readonly token: string; readonly expirationTimestamp: string };
  /** @param audiences of whom one must be meant */
  check(token: string, audiences?: readonly string[]): CheckedToken;
}

/** Whom tokens are for unless they say otherwise, and who signs them: this server. */
export const API_AUDIENCES: readonly string[] = ['https://kubernetes.default.svc.cluster.local'];
const ISSUER = 'https://kubernetes.default.svc.cluster.local';

interface Ref {
  readonly name: string;
  readonly uid: string;
}

interface AccountClaims {
  readonly iss: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly nbf: number;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: Ref;
    readonly pod?: Ref;
    readonly secret?: Ref;
    readonly node?: Ref;
  };
}

export function createAccountTokens({ store, clock, signer, newUid }: AccountTokensOptions): AccountTokens {
  const nowSeconds = () => Math.floor(clock.now() / 1000);

  /** Why the claims of a token that we did sign do not count. */
  function problemOf({ iss, exp, nbf, 'kubernetes.io': about }: AccountClaims): string | undefined {
    const now = nowSeconds();
    if (iss !== ISSUER) return 'invalid bearer token';
    if (exp <= now) return 'service account token has expired';
    if (nbf > now) return 'service account token is not valid yet';
    const { namespace, serviceaccount, pod, secret, node } = about;
    const account = store.get({ resource: 'serviceaccounts', namespace, name: serviceaccount.name });
    if (!account) return `serviceaccounts "${serviceaccount.name}" not found`;
    const { uid } = account.metadata;
    if (uid !== serviceaccount.uid) return `service account UID (${uid}) does not match claim (${serviceaccount.uid})`;
    const isThere = (resource: string, ref: Ref | undefined, inside?: string) =>
      !ref || store.get({ resource, ...(inside && { namespace: inside }), name: ref.name })?.metadata.uid === ref.uid;
    const isBound = isThere('pods', pod, namespace) && isThere('secrets', secret, namespace);
    // With a pod, the node is only told: the token ends with the pod.
    return isBound && (pod || isThere('nodes', node)) ? undefined : 'service account token has been invalidated';
  }

  return {
    issue({ account, audiences, seconds, boundTo }) {
      const { namespace = '', name } = account.metadata;
      const now = nowSeconds();
      const token = signer.sign({
        aud: audiences,
        exp: now + seconds,
        iat: now,
        iss: ISSUER,
        jti: newUid(),
        'kubernetes.io': {
          namespace,
          ...(boundTo && { [boundTo.kind.toLowerCase()]: refTo(boundTo.object) }),
          serviceaccount: refTo(account),
        },
        nbf: now,
        sub: accountUser({ namespace, name }).name,
      });
      return { token, expirationTimestamp: timestamp({ ...clock, now: () => (now + seconds) * 1000 }) };
    },
    check(token, audiences = API_AUDIENCES) {
      const claims = signer.verify(token) as AccountClaims | undefined;
      if (!claims) return { problem: 'invalid bearer token' };
      const meant = claims.aud.filter((one) => audiences.includes(one));
      const problem =
        problemOf(claims) ??
        (meant.length === 0 &&
          `invalid bearer token, token audiences ${listOf(claims.aud)} is invalid for the target audiences ${listOf(audiences)}`);
      if (problem) return { problem };
      return { user: userOf(claims), audiences: meant };
    },
  };
}

function userOf({ jti, 'kubernetes.io': { namespace, serviceaccount, pod, node } }: AccountClaims): User {
  const extra = {
    'authentication.kubernetes.io/credential-id': [`JTI=${jti}`],
    ...(node && {
      'authentication.kubernetes.io/node-name': [node.name],
      'authentication.kubernetes.io/node-uid': [node.uid],
    }),
    ...(pod && {
      'authentication.kubernetes.io/pod-name': [pod.name],
      'authentication.kubernetes.io/pod-uid': [pod.uid],
    }),
  };
  return { ...accountUser({ namespace, name: serviceaccount.name }), uid: serviceaccount.uid, extra };
}

function refTo({ metadata: { name, uid = '' } }: KubeObject): Ref {
  return { name, uid };
}

function listOf(audiences: readonly string[]): string {
  return `[${audiences.map((one) => JSON.stringify(one)).join(' ')}]`;
}
