/**
 * `sealane bpf swap`: another program in the place of a running one. What holds the hook stays, so nothing passes without a program;
 * the tables stay, so it goes on with what the old one knew. All places change, or none.
 */
import { closeSync, existsSync } from 'node:fs';
import {
  constantsOf,
  collectRunStats,
  loadObject,
  openPinnedProgram,
  openProgram,
  pinProgram,
  programInfo,
  replaceFilterProgram,
  replaceLinkProgram,
} from '#kernel/index.ts';
import { type Clock, SealaneError, sleep } from '#kit/index.ts';
import type { Registration } from '../duties/register.ts';
import { type Attachment, attachmentsOf } from './attachments.ts';
import { agentsWith } from './describe-bpf.ts';
import { inside, Places } from './find-place.ts';
import { type Purpose, programNamed } from './purposes.ts';
import type { SwapReport } from './report.ts';

export interface SwapQuestion {
  /** Of an object or a program: `gateway-in`, `gateway_in`. */
  readonly program: string;
  /** A compiled object, or `previous`: the program that the last swap took away. */
  readonly to: { readonly object: string } | 'previous';
  /** Part of the pin directory, to choose among the agents of this machine. */
  readonly within?: string;
  /** Runs are counted for this long before and after. */
  readonly watchMs: number;
  readonly clock: Clock;
}

type Agent = Pick<Registration, 'cluster' | 'node' | 'pinDir'>;

/** A place, the program that runs there, and the one that shall. */
interface Change extends Agent {
  readonly place: Attachment;
  readonly old: number;
  readonly fresh: number;
}

/** @throws `agent/no-such-agent`, `agent/unknown-program`, `agent/not-attached` and as `swapAt` */
export async function swapProgram({ within = '', ...question }: SwapQuestion): Promise<SwapReport> {
  return swapAt(agentsWith(within), question);
}

/** @throws `kernel/…` as loadObject, `kernel/link-update`, `agent/wrong-program`; everything is as it was then */
export async function swapAt(agents: readonly Agent[], question: Omit<SwapQuestion, 'within'>): Promise<SwapReport> {
  const { to, watchMs } = question;
  const wanted = programNamed(question.program);
  await using open = new AsyncDisposableStack();
  const changes = await changesAt(agents, wanted, to, open);
  open.use(collectRunStats());
  const before = await runsIn(changes, 'old', question);
  replaceAll(changes);
  const after = await runsIn(changes, 'fresh', question);
  const places = changes.map(({ cluster, node, place: { hook, at } }, i) => {
    return { cluster, node, hook, at, ...{ before: before[i] ?? NEVER, after: after[i] ?? NEVER } };
  });
  return { program: wanted.program, to: to === 'previous' ? to : to.object, watchMs, places };
}

const NEVER = { id: 0, runs: 0 };

async function changesAt(
  agents: readonly Agent[],
  wanted: Purpose,
  to: SwapQuestion['to'],
  open: AsyncDisposableStack,
): Promise<Change[]> {
  const places = new Places();
  const changes: Change[] = [];
  for (const agent of agents) changes.push(...(await changesOf(agent, wanted, to, places, open)));
  if (changes.length > 0) return changes;
  throw new SealaneError('agent/not-attached', `swap ${wanted.program}: it is attached nowhere here`, {
    hint: 'sealane bpf',
  });
}

/** Loaded and verified against the agent's tables, with the constants of the program that runs; nothing is changed yet. */
async function changesOf(
  agent: Agent,
  wanted: Purpose,
  to: SwapQuestion['to'],
  places: Places,
  open: AsyncDisposableStack,
): Promise<Change[]> {
  const { cluster, node, pinDir } = agent;
  const running = (await attachmentsOf(pinDir, places)).flatMap((place) => {
    const old = open.adopt(openProgram(place.programId), closeSync);
    return programInfo(old).name === wanted.program ? [{ place, old }] : [];
  });
  const [first] = running;
  if (!first) return [];
  const fresh =
    to === 'previous' ? previousOf(pinDir, wanted.program, open) : loaded(to.object, wanted, pinDir, first.old, open);
  return running.map((one) => ({ ...{ cluster, node, pinDir }, ...one, fresh }));
}

function loaded(
  path: string,
  { program: name, attachType }: Purpose,
  pinDir: string,
  old: number,
  open: AsyncDisposableStack,
): number {
  const object = loadObject(path, { pinDir, keepTables: true, inherited: constantsOf(old) });
  open.defer(() => object.close());
  const { fd, section, ...program } = object.program(name);
  if (programInfo(fd).type === programInfo(old).type && program.attachType === attachType) return fd;
  throw new SealaneError(
    'agent/wrong-program',
    `swap ${name} for that of ${path}: it is for "${section}", another hook`,
  );
}

/** @throws `agent/no-previous` */
function previousOf(pinDir: string, program: string, open: AsyncDisposableStack): number {
  const pin = pinOfPrevious(pinDir, program);
  if (existsSync(pin)) return open.adopt(openPinnedProgram(pin), closeSync);
  throw new SealaneError('agent/no-previous', `go back to the ${program} before: none was swapped below ${pinDir}`);
}

function pinOfPrevious(pinDir: string, program: string): string {
  return `${pinDir}/previous/${program}`;
}

/** What was replaced is put back when a later one is refused. */
function replaceAll(changes: readonly Change[]): void {
  const done: Change[] = [];
  try {
    for (const change of changes) {
      put(change.place, change.fresh, change.old);
      done.push(change);
    }
    for (const { pinDir, old } of changes) pinProgram(old, pinOfPrevious(pinDir, programInfo(old).name));
  } catch (error) {
    for (const { place, old, fresh } of done) put(place, old, fresh);
    throw error;
  }
}

function put({ holder }: Attachment, fd: number, expected: number): void {
  if ('pin' in holder) return replaceLinkProgram(holder.pin, fd, expected);
  inside(holder.namespace, () => replaceFilterProgram(holder.ifindex, 'ingress', fd, holder.filter));
}

async function runsIn(
  changes: readonly Change[],
  which: 'old' | 'fresh',
  { watchMs, clock }: Pick<SwapQuestion, 'watchMs' | 'clock'>,
): Promise<{ id: number; runs: number }[]> {
  const start = changes.map((change) => programInfo(change[which]).runCount);
  await sleep(clock, watchMs);
  return changes.map((change, i) => {
    const { id, runCount } = programInfo(change[which]);
    return { id, runs: Number(runCount - (start[i] ?? 0n)) };
  });
}
