/** `sealane uninstall`: takes off the machine whatever its agents left there, so that it goes on without them for a reason. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { agentLeaseName, SYSTEM_NAMESPACE, LEASES } from '#api/index.ts';
import { isRunning, signalProcess } from '#host/index.ts';
import { detachFilter, detachPinnedLink, HOOKS, listLinks } from '#kernel/index.ts';
import { messageOf, SealaneError } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import { attachmentsOf } from '../bpf/attachments.ts';
import { inside, Places } from '../bpf/find-place.ts';
import { KEPT, readKept } from '../duties/keep-process.ts';
import { forget, type Registration, registrations } from '../duties/register.ts';

export interface UninstallQuestion {
  /** Part of the pin directory: which agents of this machine; empty: all. */
  readonly within: string;
  /** Only says what it would do. */
  readonly dryRun: boolean;
}

export interface Removal {
  readonly cluster: string;
  readonly node: string;
  /** `link connect4`, `filter of device 3`, `resolver`, `prober`, `folder /run/…`, `lease`, `note`. */
  readonly what: string;
  /** Why it is still there. */
  readonly failed?: string;
}

interface Step {
  readonly what: string;
  readonly take: () => unknown;
}

/**
 * Done twice, the second finds nothing. What cannot be taken away is said, and the rest goes all the same.
 *
 * @throws `agent/still-running` before anything is touched: an agent would put it all back
 */
export async function uninstallNode({ within, dryRun }: UninstallQuestion): Promise<Removal[]> {
  const agents = registrations().filter(({ pinDir }) => pinDir.includes(within));
  agents.forEach(requireStopped);
  const removals: Removal[] = [];
  for (const agent of agents) {
    const { cluster, node } = agent;
    for (const step of await stepsFor(agent)) removals.push({ cluster, node, ...(await taken(step, dryRun)) });
  }
  return removals;
}

function requireStopped({ cluster, node, process }: Registration): void {
  if (!process || !isRunning(process)) return;
  throw new SealaneError('agent/still-running', `uninstall the agent of ${cluster}/${node}: it runs`, {
    hint: `stop process ${process.pid} first, and what would start it again`,
  });
}

async function taken({ what, take }: Step, dryRun: boolean): Promise<Pick<Removal, 'what' | 'failed'>> {
  if (dryRun) return { what };
  try {
    await take();
    return { what };
  } catch (error) {
    return { what, failed: messageOf(error) };
  }
}

/** First nobody calls this gateway any more, then no new socket is given a backend, then the rest. */
async function stepsFor(agent: Registration): Promise<Step[]> {
  const { pinDir, stateDir } = agent;
  const folders = [pinDir, stateDir].filter((folder) => existsSync(folder));
  return [
    { what: 'lease', take: () => deleteLease(agent) },
    ...(existsSync(pinDir) ? await attachedSteps(pinDir) : []),
    ...KEPT.flatMap((name) => endStep(stateDir, name)),
    ...folders.map((folder) => ({ what: `folder ${folder}`, take: () => removeFolder(folder) })),
    { what: 'note', take: () => forget(agent) },
  ];
}

function endStep(stateDir: string, name: string): Step[] {
  const kept = readKept(stateDir, name);
  return kept && isRunning(kept) ? [{ what: name, take: () => signalProcess(kept, 'SIGTERM') }] : [];
}

async function attachedSteps(pinDir: string): Promise<Step[]> {
  const links = [...listLinks(pinDir).keys()].toSorted((one, other) => rank(other) - rank(one));
  const attached = await attachmentsOf(pinDir, new Places());
  const filters = attached.flatMap(({ holder }) => ('pin' in holder ? [] : [holder]));
  return [
    ...links.map((link) => ({ what: `link ${link}`, take: () => detachPinnedLink(`${pinDir}/links/${link}`) })),
    ...filters.map(({ ifindex, filter, namespace }) => ({
      what: `filter of device ${ifindex} (${filter})`,
      take: () => inside(namespace, () => detachFilter(ifindex, 'ingress', filter)),
    })),
  ];
}

/** Against the order in which they were attached: what gives goes before what reads. */
function rank(link: string): number {
  const hooks: readonly string[] = HOOKS;
  return hooks.indexOf(link === 'sock_ops' ? 'sockops' : link);
}

/** Other members learn from it where gateways are; without it they forget this one at once rather than after its expiry. */
async function deleteLease({ kubeconfig, node }: Registration): Promise<void> {
  const client = createClient(readKubeconfig(kubeconfig));
  try {
    await client.delete(LEASES, { namespace: SYSTEM_NAMESPACE, name: agentLeaseName(node) });
  } finally {
    client.close();
  }
}

/** The folder above goes too when nobody else has anything in it. */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const above = dirname(folder);
  if (above.endsWith('/sealane') && existsSync(above) && readdirSync(above).length === 0) rmdirSync(above);
}
