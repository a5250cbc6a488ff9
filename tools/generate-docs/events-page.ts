/** docs/events.md: what is told of as it happens, by the kernel to a watcher and by the processes to Kubernetes. */
import { EVENT_WORDS } from '#api/index.ts';
import { EventKind, EventKindText, Topic, TopicText } from '#kernel/index.ts';
import { page, table } from './markdown.ts';

const CONDITIONS =
  'Besides these, a condition of a ServiceExport or a policy that means trouble (`Conflict` True; `Valid`, `Accepted` or `TargetsResolved` False) is a Warning with its reason and message, and a Normal Event when it is over: [kinds.md](kinds.md).';
const BOUNDS =
  'core/v1, below the object in `kubectl describe`; of objects without namespace in `default`. The same again counts up, written once in ten minutes; a process writes at most 12 an hour of one object and 600 in all, whatever happens. Members and agents may create and patch Events, and read none.';
const WATCHED =
  'The kernel writes them into a ring buffer (`--events-buffer` of the agent, 256 KiB), and only while `sealane watch` says so: it puts off by three seconds, again and again, when that ends. Else each place costs one load. One watcher a node; the agent need not run. What finds no room is counted as lost; of drops and ejections a processor tells at most 128 in 134 ms, and counts the rest as held back. `--sample N` takes all events of one socket in N.';

export function eventsPage(): string {
  const topics = Object.entries(Topic).map(([name, topic]) => [`\`${name.toLowerCase()}\``, TopicText[topic] ?? '']);
  const kinds = Object.entries(EventKind).map(([name, kind]) => [
    `\`${name.toLowerCase()}\``,
    EventKindText[kind] ?? '',
  ]);
  const told = Object.entries(EVENT_WORDS).map(([reason, { type, of, by, means }]) => [reason, type, of, by, means]);
  return page(
    'What is told of as it happens',
    'Numbers over time are metrics: [metrics.md](metrics.md).',
    '## By the kernel: `sealane watch`',
    WATCHED,
    table(['topic', 'what'], topics),
    table(['event', 'when'], kinds),
    '## By the processes: Kubernetes Events',
    BOUNDS,
    CONDITIONS,
    table(['reason', 'type', 'of', 'by', 'meaning'], told),
  );
}
