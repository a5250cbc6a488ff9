/** Door of `apiserver`: the embedded Kubernetes-style API server. */
export type { User } from './http/exchange.ts';
export type { ApiPath } from './http/parse-path.ts';
export type { Allow } from './http/permit.ts';
export { type ApiServer, type ApiServerOptions, startApiServer } from './server.ts';
export { openSqliteStore, type SqliteStoreOptions } from './store/sqlite-store.ts';
