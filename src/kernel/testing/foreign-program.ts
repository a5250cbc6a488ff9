import { closeSync, openSync } from 'node:fs';
import { call } from '../bpf-call.ts';
import { loadObject } from '../load-object.ts';
import { compileFixtures } from './test-fixtures.ts';

const PROG_ATTACH = 8;
const PROG_DETACH = 9;
const CONNECT4 = 10;
const ALLOW_MULTI = 2;

/** A program of somebody else at connect() of a cgroup, `on_connect`, which lets everything pass. It has no link: it outlives us. */
export function foreignProgram(cgroup: string, how: 'alone' | 'beside others'): Disposable {
  const object = loadObject(compileFixtures('verdict')('verdict'));
  const onCgroup = (command: number, flags: number) => {
    const fd = openSync(cgroup, 'r');
    const answer = call(command, fd, object.program('on_connect').fd, CONNECT4, flags);
    closeSync(fd);
    if (answer < 0) throw new Error(`bpf command ${command} on ${cgroup}: ${answer}`);
  };
  onCgroup(PROG_ATTACH, how === 'alone' ? 0 : ALLOW_MULTI);
  return {
    [Symbol.dispose]() {
      onCgroup(PROG_DETACH, 0);
      object.close();
    },
  };
}
