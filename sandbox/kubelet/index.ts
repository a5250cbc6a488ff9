/** Door of the sandbox's kubelet: pods as process groups, for all nodes of one cluster. */
export type { KubeletConfig, NodeConfig } from './config.ts';
export { runKubelet } from './main.ts';
