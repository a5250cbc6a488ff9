/** docs/refusals.md, from bpf/include/refusals.h by way of the generated enum. */
import { Refusal, RefusalText } from '#kernel/index.ts';
import { page, table } from './markdown.ts';

/** Numbers below this are refused at a socket, the others are packets. */
const PACKETS = 16;

export function refusalsPage(): string {
  const all = Object.entries(Refusal).filter(([, number]) => number !== Refusal.None);
  const rows = (some: typeof all) =>
    table(
      ['number', 'reason', 'meaning'],
      some.map(([name, number]) => [`${number}`, name, RefusalText[number] ?? '']),
    );
  return page(
    'Why a call or a packet was refused',
    'Counted in the kernel, per node: `sealane bpf` shows the counters of this machine. Numbers are stable. Source: `bpf/include/refusals.h`.',
    '## At the socket, when a pod calls',
    rows(all.filter(([, number]) => number < PACKETS)),
    '## On a gateway, packet by packet',
    rows(all.filter(([, number]) => number >= PACKETS)),
  );
}
