/** Door of `dns`: the node's resolver. */
export type { ResolverCounts } from './answer-message.ts';
export { type Answer, type Query, resolve } from './resolve.ts';
export { type Resolver, type ResolverOptions, startResolver } from './server.ts';
export { parseSnapshot } from './snapshot.ts';
