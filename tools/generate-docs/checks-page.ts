/** docs/checks.md: what `sealane check` looks at. A check's heading is what its `doc` points to. */
import { CHECKS } from '#explain/index.ts';
import { page } from './markdown.ts';

export function checksPage(): string {
  return page(
    'Checks',
    '`sealane check` looks at the machine it runs on, and with `--kubeconfig` at its cluster. It changes nothing. Exit code 1: one of them failed.',
    ...CHECKS.map(({ name, about }) => `## ${name}\n\n${about}`),
  );
}
