/** Door of `apiserver`: the embedded Kubernetes-style API server. */
export { createEngine, type EngineOptions } from './engine.ts';
export { answer, type AnswerContext } from './http/answer.ts';
export { judgeObject } from './judge-object.ts';
export { type ApiServer, type ApiServerOptions, startApiServer } from './server.ts';
export { openSqliteStore, type SqliteStoreOptions } from './store/sqlite-store.ts';
