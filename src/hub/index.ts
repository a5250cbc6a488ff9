/** Door of `hub`: the controllers beside the hub's API server. */
export { memberCredentials, type MemberCredentialsOptions } from './embedded/member-credentials.ts';
export { serveHub, type ServeHubOptions } from './embedded/serve-hub.ts';
export { type Admission, type AdmissionOptions, serveAdmission } from './karmada/admission/serve-admission.ts';
export { runHub } from './main.ts';
export type { HubOptions } from './options.ts';
export { askDrain, type DrainRequest } from './drain/ask-drain.ts';
export { followDrain } from './drain/follow-drain.ts';
