/** Door of `hub`: the controllers beside the hub's API server. */
export { serveHub, type ServeHubOptions } from './embedded/serve-hub.ts';
export { runHub } from './main.ts';
export type { HubOptions } from './options.ts';
