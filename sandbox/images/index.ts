/** Door of the stand-ins for container images: no image is ever pulled. */
export { chooseProgram, type ContainerCommand, type Program } from './choose-program.ts';
export { runPodTool } from './pod-tool.ts';
export { NOT_READY_FILE } from './surroundings.ts';
