/** Which reasons the kernel refused something for while the tests ran: tools/refusals-reached.root.test.ts wants all of them. */
import { appendFileSync } from 'node:fs';
import { Command, call } from '../bpf-call.ts';
import { Errno } from '../errno.ts';
import { checked } from '../faults.ts';
import { Refusal } from '../generated/enums.ts';
import type { BpfMap } from '../map.ts';

const FROZEN_ALREADY: ReadonlySet<number> = new Set([-Errno.EBUSY, -Errno.EPERM]);

/**
 * Freezes the counters: from here on only programs write them, and no test reaches a reason by counting it itself.
 * @returns adds the reasons counted so far to the list of this run of the tests
 */
export function followRefusals(counters: BpfMap): () => void {
  const answer = call(Command.MapFreeze, counters.fd);
  if (!FROZEN_ALREADY.has(answer)) checked(answer, 'kernel/map', `freeze map ${counters.name}`);
  const list = process.env['SEALANE_TEST_REFUSALS'];
  return () => {
    if (list === undefined) return;
    const reached = Object.entries(Refusal).filter(([, reason]) => counters.counter(reason) > 0n);
    appendFileSync(list, reached.map(([name]) => `${name}\n`).join(''));
  };
}
