/** Door of `identity`: keys and certificates. */
export {
  type Authority,
  type AuthorityOptions,
  type Credential,
  createAuthority,
  type LeafRequest,
  openAuthority,
  type Usage,
} from './authority.ts';
