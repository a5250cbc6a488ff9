/** The commands of the production bundle. */
import type { ProgramOptions } from './program.ts';

export const SEALANE: ProgramOptions = {
  name: 'sealane',
  description: 'Joins Kubernetes clusters that cannot route to each other; the kernel decides where a call goes.',
  commands: {
    member: { summary: 'keep one cluster’s exports and imports', load: () => import('./commands/member.ts') },
    agent: { summary: 'serve one node: kernel tables, gateway, DNS', load: () => import('./commands/agent.ts') },
    resolver: { summary: 'answer DNS on one node', load: () => import('./commands/resolver.ts'), hidden: true },
    prober: { summary: 'watch other members’ gateways', load: () => import('./commands/prober.ts'), hidden: true },
    hub: { summary: 'serve or keep the hub', load: () => import('./commands/hub.ts') },
    crds: { summary: 'print the kinds to install', load: () => import('./commands/crds.ts') },
    rbac: { summary: 'print the roles to install', load: () => import('./commands/rbac.ts') },
    check: { summary: 'whether this machine has what is needed', load: () => import('./commands/check.ts') },
    status: { summary: 'what is ready, and what is missing', load: () => import('./commands/status.ts') },
    drain: { summary: 'take a member’s traffic away, and see it go', load: () => import('./commands/drain.ts') },
    bpf: { summary: 'what runs in the kernel, and how full it is', load: () => import('./commands/bpf.ts') },
    watch: { summary: 'what happens in the kernel, as it happens', load: () => import('./commands/watch.ts') },
    'support-bundle': {
      summary: 'what somebody who helps needs, without secrets',
      load: () => import('./commands/support-bundle.ts'),
    },
    completion: { summary: 'print the completion for a shell', load: () => import('./commands/completion.ts') },
    rehearse: { summary: 'what a change would do', load: () => import('./commands/rehearse.ts') },
    uninstall: { summary: 'take off what sealane put here', load: () => import('./commands/uninstall.ts') },
    trace: { summary: 'why a call goes where it goes', load: () => import('./commands/trace.ts') },
  },
  after: `
Examples:
  sealane sandbox up                                     three clusters and a hub on this machine
  sealane trace cluster-2 curl/curl-0 pipy.pipy:8080     why a call goes where it goes
  sealane crds --role member | kubectl apply -f -        what a member needs

\`sealane sandbox --help\` lists the sandbox's commands.
`,
};
