/** Door of `kernel`: loading, attaching and reading what runs in the kernel. */
export { type AttachedProgram, type AttachOptions, attachCgroup, listCgroupPrograms } from './attach-cgroup.ts';
export { attachTc, type Direction, detachFilter, deviceIndex, type TcOptions } from './attach-tc.ts';
export { isBpfFilesystem, makePinDir, mountBpfFilesystem } from './bpf-filesystem.ts';
export { detachPinnedLink, type Link, type LinkInfo, listLinks } from './link.ts';
export { type LoadedObject, type LoadOptions, loadObject } from './load-object.ts';
export { BpfMap, openPinnedMap, u32Key } from './map.ts';
export { type MappedRecords, mappedRecords, mappedWords } from './mapped.ts';
export { enterNamespace } from './namespace.ts';
export { type Program, type ProgramInfo, programInfo } from './program.ts';
export { requireKernel } from './requirements.ts';
export type { Constant } from './rodata.ts';
export { collectRunStats } from './run-stats.ts';
export { progTestRun, type TestRun, type TestRunOptions } from './test-run.ts';
export { bytesOf, type Codec, TypedMap, u32Codec, u64Codec, valueOf } from './typed-map.ts';
