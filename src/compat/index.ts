/** Door of `compat`: the ancestors' kinds as inputs of plan. */
export { clusterVerdict } from './cluster.ts';
export { compatCrds } from './crds.ts';
export { type Claim, choose, type Chosen } from './precedence.ts';
export { type FlomeshServiceExport, type ReadExport, readServiceExport } from './service-export.ts';
export { type FlomeshPolicy, type ReadPolicy, readTrafficPolicy } from './traffic-policy.ts';
export { compatTypes } from './types.ts';
