/** Door of the embedded propagation: Karmada's kinds and semantics, the part the sandbox needs. */
export type { PropagationConfig, PropagationMember } from './config.ts';
export { propagationCrds } from './crds.ts';
export { runPropagation } from './main.ts';
