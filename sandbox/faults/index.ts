/** Door of the faults. */
export { applyFault, type Fault, type FaultOptions, type FaultResult, FAULTS } from './faults.ts';
export { runRelay } from './relay.ts';
