/** Door of the faults. */
export { applyFault, type Fault, type FaultResult } from './faults.ts';
