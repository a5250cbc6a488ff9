/** What `up` would do, for people. Pure. */
import type { ProcessSpec } from '#sandbox/supervise/index.ts';
import type { NetworkPlan } from '#sandbox/topology/index.ts';

export function dryRunText(network: NetworkPlan, processes: readonly ProcessSpec[], stateFolder: string): string {
  return [
    ...section('Network namespaces', network.namespaces),
    ...section(
      'Kernel settings in each of them',
      Object.entries(network.settings).map(([name, value]) => `${name} = ${value}`),
    ),
    ...section('On this machine and between namespaces (ip)', network.links),
    ...network.inside.flatMap(({ namespace, lines }) => section(`In ${namespace} (ip)`, lines)),
    ...network.filters.flatMap(({ namespace, script }) =>
      section(`In ${namespace} (nft)`, script.trimEnd().split('\n')),
    ),
    ...section('cgroups (v2)', network.cgroups),
    ...section('Pins', network.pinFolders),
    ...section('Files', [stateFolder]),
    ...section(
      'Processes',
      processes.map(({ bundle, namespace, args }) => `${namespace}: ${bundle} ${args.join(' ')}`),
    ),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...lines.map((line) => `  ${line}`), ''];
}
