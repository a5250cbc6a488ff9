/** The commands of the sandbox's bundle. */
import type { ProgramOptions } from '#cli/index.ts';

export const SANDBOX: ProgramOptions = {
  name: 'sealane sandbox',
  description: 'Clusters on this machine: real kernel, real network namespaces, no containers.',
  commands: {
    up: { summary: 'bring up a hub and clusters', load: () => import('./commands/up.ts') },
    down: { summary: 'remove every trace of them', load: () => import('./commands/down.ts') },
    status: { summary: 'what runs, and how well', load: () => import('./commands/status.ts') },
    kubeconfig: { summary: 'print the path of the kubeconfig', load: () => import('./commands/kubeconfig.ts') },
    apply: { summary: 'apply manifests', load: () => import('./commands/apply.ts') },
    get: { summary: 'show objects', load: () => import('./commands/get.ts') },
    logs: { summary: 'print a pod’s logs', load: () => import('./commands/logs.ts') },
    exec: { summary: 'run a command in a pod', load: () => import('./commands/exec.ts') },
    fault: { summary: 'break something, and heal it', load: () => import('./commands/fault.ts') },
    'support-bundle': {
      summary: 'what somebody who helps needs, without secrets',
      load: () => import('./commands/support-bundle.ts'),
    },
    demo: { summary: 'the demonstration, step by step', load: () => import('./commands/demo.ts') },
    supervise: {
      summary: 'keep a sandbox’s processes',
      load: () => import('./commands/supervise.ts'),
      hidden: true,
    },
    relay: { summary: 'slow links', load: () => import('./commands/relay.ts'), hidden: true },
    apiserver: { summary: 'one API server', load: () => import('./commands/apiserver.ts'), hidden: true },
    kubelet: { summary: 'pods of one cluster', load: () => import('./commands/kubelet.ts'), hidden: true },
    propagation: {
      summary: 'the hub’s propagation',
      load: () => import('./commands/propagation.ts'),
      hidden: true,
    },
    'cluster-dns': { summary: 'DNS of one cluster', load: () => import('./commands/cluster-dns.ts'), hidden: true },
    'pod-tool': { summary: 'programs inside pods', load: () => import('./commands/pod-tool.ts'), hidden: true },
  },
  after: `
Examples:
  sealane sandbox up                                        a hub and cluster-1, cluster-2, cluster-3
  sealane sandbox apply -f demo.yaml                        to the hub
  sealane sandbox get pods -A --context cluster-2           in a cluster
  sealane sandbox exec cluster-2 default/curl -- curl web   in a pod
  sealane sandbox fault cut cluster-1                       off the WAN
  sealane sandbox down
`,
};
