/** Door of `host`: links, routes, namespaces, cgroups, mounts, sysctls, child processes. The only room that spawns. */
export { createCgroup, killCgroup, processesIn, removeCgroup } from './cgroup.ts';
export { type CommandOptions, type CommandResult, capture, run } from './command.ts';
export { type Bind, launchLine, type Surroundings } from './launch-line.ts';
export { tryMachineLock, withMachineLock } from './machine-lock.ts';
export { BPF_FOLDER, cgroup2Mount, ensureBpfFileSystem, listMounts, type Mount, parseMountInfo } from './mounts.ts';
export { insideNamespace, namespacePath } from './inside-namespace.ts';
export { createNamespaces, deleteNamespaces, listNamespaces, namespaceExists } from './namespace.ts';
export { ipBatch, ipJson, nft, setSysctls, type Where } from './network.ts';
export { type Exit, type ProcessOptions, type RunningProcess, startProcess } from './process.ts';
export { isRunning, type ProcessIdentity, signalProcess, startTimeOf } from './process-identity.ts';
