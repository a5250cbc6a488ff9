/** `pod-tool ready on|off`: a switch for people and tests that makes a pod's readiness fail. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { surroundings } from './surroundings.ts';

export function ready([wanted]: readonly string[]): Promise<number> {
  const { notReadyFile } = surroundings();
  if (wanted === 'off') writeFileSync(notReadyFile, '');
  else if (wanted === 'on') rmSync(notReadyFile, { force: true });
  else if (wanted !== undefined) {
    process.stderr.write('pod-tool ready: say on or off\n');
    return Promise.resolve(2);
  }
  console.log(existsSync(notReadyFile) ? 'not ready' : 'ready');
  return Promise.resolve(0);
}
