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

export async function unhooked(stage: Stage): Promise<void> {
  const { screen, sandbox } = stage;
  const node = (await callerPod(stage)).spec?.nodeName ?? '';
  const agent = `agent/${CALLER}/${node}`;
  screen.title(`The hooks of ${CALLER}/${node} are taken off (its agent is stopped before)`);
  await applyFault(sandbox, 'stop', agent);
  // The agent stopped, the kernel goes on by itself.
  await countCalls(stage, 'with the agent stopped', { 'cluster-1': exactly(100) }, 50);
  // Loaded here: it opens the machine's libbpf.
  const { detachPinnedLink, HOOKS } = await import('#kernel/index.ts');
  const links = `${pinFolder(sandbox, CALLER, node)}/links`;
  const detached = HOOKS.filter((hook) => detachPinnedLink(`${links}/${hook}`));
  screen.say(`detached ${detached.join(', ')}`);
  // By its address: the name needs a hook too.
  const address = (await importOf(stage))?.spec?.ips?.[0] ?? 'httpbin.httpbin';
  const answers = await call(stage, `http://${address}:${PORT}`, { count: 20, concurrency: 20, timeoutMs: 1_000 });
  const expected = { refused: exactly(100) };
  screen.draw(shareTable(answers, 20, expected));
  screen.settle();
  const shares = compareShares(answers, expected);
  const passed = detached.includes('connect4') && shares.every((line) => line.passed);
  stage.note({ step: 'with the hooks detached the call fails', passed, shares, answers });

  screen.title('The agent is started again');
  await applyFault(sandbox, 'heal', agent);
  await stage.until(
    SOON_MS,
    answersAre(stage, 'an answer', ({ failures }) => Object.keys(failures).length === 0),
  );
  await countCalls(stage, 'restored', { 'cluster-1': exactly(100) }, 50);
}
