/** Door of `hub`: the controllers beside the hub's API server. */
export { grantRights } from './embedded/grant-rights.ts';
export { memberCredentials, type MemberCredentialsOptions } from './embedded/member-credentials.ts';
export { serveHub, type ServeHubOptions } from './embedded/serve-hub.ts';
export { runHub } from './main.ts';
export type { HubOptions } from './options.ts';
