/** Door of `hub`: the controllers beside the hub's API server. */
export { runHub } from './main.ts';
export type { HubOptions } from './options.ts';
