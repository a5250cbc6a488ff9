/** docs/programs.md: which event in the kernel runs which program, what it does, and the tables it uses. */
import { eventOf, objects, tables } from '#kernel/index.ts';
import { code, page, table } from './markdown.ts';

export function programsPage(): string {
  const programs = Object.values(objects).flatMap(({ about, programs: found, tables: used }) =>
    Object.entries(found).map(([name, { section }]) => [code(name), eventOf(section), about, used.map(code).join(' ')]),
  );
  const rows = Object.values(tables).map(({ name, writer }) => [code(name), writer]);
  return page(
    'Programs in the kernel',
    '`sealane bpf` shows them where they are attached, `sealane bpf events` what is said here, `sealane bpf swap` replaces one while it runs. Source: what each `bpf/*.bpf.c` begins with.',
    table(['program', 'runs when', 'does', 'tables'], programs),
    '## Tables',
    'Each has one writer. Those of the kernel outlive an upgrade of the agent; the agent’s are written again.',
    table(['table', 'writer'], rows),
  );
}
