/** It is the hooks that carry the call: without them there is none. */
import { applyFault } from '#sandbox/faults/index.ts';
import { pinFolder } from '#sandbox/topology/index.ts';
import { answersAre, importOf } from '../conditions.ts';
import { countCalls, exactly } from '../count-calls.ts';
import { call, callerPod } from '../in-pod.ts';
import { compareShares } from '../results.ts';
import { CALLER, PORT } from '../resources.ts';
import { shareTable } from '../screen.ts';
import type { Stage } from '../stage.ts';

const SOON_MS = 20_000;
const CALLS = 20;

export async function unhooked(stage: Stage): Promise<void> {
  const { screen, sandbox } = stage;
  const node = (await callerPod(stage)).spec?.nodeName ?? '';
  const agent = `agent/${CALLER}/${node}`;
  screen.title(`The hooks of ${CALLER}/${node} are taken off (its agent is stopped before)`);
  await applyFault(sandbox, 'stop', agent);
  // The agent stopped, the kernel goes on by itself.
  await countCalls(stage, 'with the agent stopped', { 'cluster-1': exactly(100) }, 50);
  // By its address: without hooks the name would not be found, and the connection not even be tried.
  const address = (await importOf(stage))?.spec?.ips?.[0] ?? '';
  const callAddress = () =>
    call(stage, `http://${address}:${PORT}`, { count: CALLS, concurrency: CALLS, timeoutMs: 1_000 });
  const before = await callAddress();
  const detached = await detachHooks(pinFolder(sandbox, CALLER, node));
  screen.say(`detached ${detached.join(', ')}; ${CALLS} calls to ${address}:${PORT}`);
  const answers = await callAddress();
  const expected = { refused: exactly(100) };
  screen.draw(shareTable(answers, CALLS, expected));
  screen.settle();
  const shares = compareShares(answers, expected);
  const worked = compareShares(before, { 'cluster-1': exactly(100) }).every((line) => line.passed);
  const passed = worked && detached.includes('connect4') && shares.every((line) => line.passed);
  stage.note({ step: 'with the hooks detached the call fails', passed, shares, answers });

  screen.title('The agent is started again');
  await applyFault(sandbox, 'heal', agent);
  await stage.until(
    SOON_MS,
    answersAre(stage, 'answers', ({ failures }) => Object.keys(failures).length === 0),
  );
  await countCalls(stage, 'restored', { 'cluster-1': exactly(100) }, 50);
}

/** @returns their names */
async function detachHooks(pins: string): Promise<string[]> {
  // Loaded here: it opens the machine's libbpf.
  const { detachPinnedLink, listLinks } = await import('#kernel/index.ts');
  const hooks = [...listLinks(pins)].filter(([, { kind }]) => kind === 'cgroup').map(([name]) => name);
  return hooks.filter((name) => detachPinnedLink(`${pins}/links/${name}`));
}
