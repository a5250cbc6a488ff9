/** Door of `dns`: the node's resolver. */
export { type Answer, resolve } from './resolve.ts';
export { type Resolver, type ResolverOptions, startResolver } from './server.ts';
