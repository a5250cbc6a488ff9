/** Door of `identity`: keys and certificates. */
export { type Authority, type AuthorityOptions, createAuthority, openAuthority } from './authority.ts';
export type { Credential, LeafRequest, Usage } from './credential.ts';
export { type Claims, createTokenKey, createTokenSigner, type TokenSigner } from './token-signer.ts';
