/** Why processes do not stay up: how they ended, and the last thing each of them said. */
import { existsSync, readFileSync } from 'node:fs';
import { askSupervisor } from './control.ts';
import { statePaths } from './state.ts';

const WIDEST = 300;

/** One line for each process that died and is not running again. */
export async function complaints(sandbox: string): Promise<string[]> {
  const paths = statePaths(sandbox);
  const { processes = [] } = await askSupervisor(paths.control, { verb: 'status' });
  return processes
    .filter(({ state, lastExit }) => state === 'waiting' && lastExit !== undefined)
    .map(
      ({ name, lastExit, restarts }) =>
        `${name} ended (${lastExit}, ${restarts} restarts): ${lastWords(paths.log(name))}`,
    );
}

function lastWords(file: string): string {
  if (!existsSync(file)) return `no log at ${file}`;
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const telling = lines.findLast((line) => line.trim() !== '' && !line.startsWith('    at ')) ?? '(nothing)';
  return telling.slice(0, WIDEST);
}
