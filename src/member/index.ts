/** Door of `member`: the process that publishes and imports for one cluster. */
export { runMember } from './main.ts';
export type { MemberOptions } from './options.ts';
