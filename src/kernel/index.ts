/** Door of `kernel`: loading, attaching and reading what runs in the kernel. */
export { isBpfFilesystem, makePinDir, mountBpfFilesystem } from './bpf-filesystem.ts';
export { type LoadedObject, type LoadOptions, loadObject } from './load-object.ts';
export { BpfMap, openPinnedMap, u32Key } from './map.ts';
export { type Program, type ProgramInfo, programInfo } from './program.ts';
export { requireKernel } from './requirements.ts';
export type { Constant } from './rodata.ts';
export { collectRunStats } from './run-stats.ts';
export { progTestRun, type TestRun, type TestRunOptions } from './test-run.ts';
