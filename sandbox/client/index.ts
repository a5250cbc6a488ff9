/** Door of the sandbox's own small kubectl. */
export { type Applied, applyManifests } from './apply-manifests.ts';
export { withContext } from './connect.ts';
export { typeOfKind, typeOfWord } from './discovery.ts';
export { execInPod, type ExecRequest } from './exec.ts';
export { findPod } from './find-pod.ts';
export { readTable, type TableView } from './table.ts';
