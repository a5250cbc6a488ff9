/** Door of `kernel`: loading, attaching and reading what runs in the kernel. */
export { type AttachOptions, attachCgroup } from './attach-cgroup.ts';
export {
  attachTc,
  type Direction,
  detachFilter,
  deviceIndex,
  type Filter,
  FILTERS,
  filterProgram,
  hasTcx,
  replaceFilterProgram,
  type TcOptions,
} from './attach-tc.ts';
export { isBpfFilesystem, makePinDir, mountBpfFilesystem } from './bpf-filesystem.ts';
export {
  BackendFlag,
  ClusterFlag,
  EventCount,
  EventKind,
  EventKindText,
  LaneFlag,
  ProbeKind,
  Refusal,
  RefusalText,
  Topic,
  TopicText,
} from './generated/enums.ts';
export { eventOf } from './events.ts';
export { objects } from './generated/objects.ts';
export {
  Backend,
  type ConnectTimes,
  Event,
  Given,
  type GivenSocket,
  type Health,
  type Limits,
  Pair,
  Traffic,
  TrafficKey,
  VipKey,
} from './generated/structs.ts';
export { tables } from './generated/tables.ts';
export { FrameSocket } from './frame-socket.ts';
export { type GatewayPrograms, loadGateway, loadGatewayInTurns } from './gateway-programs.ts';
export { HOOKS, type HookOptions, type Hooks, loadHooks, loadHooksInTurns } from './hooks.ts';
export { detachPinnedLink, type Link, type LinkInfo, listLinks, replaceLinkProgram } from './link.ts';
export { type LoadedObject, type LoadOptions, loadObject } from './load-object.ts';
export { BpfMap, openPinnedMap, u32Key } from './map.ts';
export { type MappedRecords, mappedRecords, mappedWords } from './mapped.ts';
export { enterNamespace } from './namespace.ts';
export { isEvicting, type MapUse, mapUse } from './map-use.ts';
export {
  openPinnedProgram,
  openProgram,
  type Program,
  type ProgramInfo,
  pinProgram,
  programInfo,
} from './program.ts';
export { constantsOf } from './program-constants.ts';
export {
  type AttachedProgram,
  listCgroupPrograms,
  listDevicePrograms,
  programById,
  programUses,
} from './query-programs.ts';
export { packRange, type Span, unpackRange } from './range.ts';
export { giveBackFreed, libbpfVersion } from './native.ts';
export { Ring } from './ring.ts';
export { KERNEL_BTF, requireKernel } from './requirements.ts';
export { type EndedSockets, loadRescue, type Rescue, type Whom } from './rescue-programs.ts';
export type { Constant } from './rodata.ts';
export { collectRunStats } from './run-stats.ts';
export { FLOW_TABLES, flowUse, type SnatLimits, snatLimits, type SnatUse } from './snat-use.ts';
export { socketDescriptor } from './socket-descriptor.ts';
export { type MappedTable, mappedTable, openTable, type Table, tableOf } from './table.ts';
export { progTestRun, type TestRun, type TestRunOptions } from './test-run.ts';
export { bytesOf, type Codec, TypedMap, u32Codec, u64Codec, valueOf } from './typed-map.ts';
