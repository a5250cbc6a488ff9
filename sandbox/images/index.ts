/** Door of the stand-ins for container images: no image is ever pulled. */
export { runPodTool } from './pod-tool.ts';
