/** docs/mcs-conformance.md: what holds of the Multi-Cluster Services API, and where; from conformance/mcs/behaviours.ts. */
import { BEHAVIOURS } from '../../conformance/mcs/behaviours.ts';
import { page, table } from './markdown.ts';

const INTRODUCTION = `One line for each behaviour that the conformance suite of kubernetes-sigs/mcs-api asks for: 14 required,
13 optional. The suite below \`conformance/mcs/\` tries each of them, over the kernel's data path, on two sandboxes of three islands:
with disjoint pod ranges, and with the same pod ranges everywhere. Answers name their cluster, so that equal addresses hide nothing:
\`sh tools/test.sh conformance/mcs/sandbox.root.test.ts\`.`;

export function mcsPage(): string {
  const rows = BEHAVIOURS.map(({ number, level, title, onOverlap }) => [
    `${number}`,
    level.toLowerCase(),
    title,
    'tested',
    onOverlap === undefined ? 'tested' : 'cannot hold, see below',
  ]);
  const exceptions = BEHAVIOURS.flatMap(({ number, title, onOverlap }) =>
    onOverlap === undefined ? [] : [`- **${number}, ${title}**: ${onOverlap}. That is what is tested there.`],
  );
  return page(
    'Conformance with the Multi-Cluster Services API',
    INTRODUCTION,
    table(['', 'level', 'behaviour', 'disjoint ranges', 'the same ranges'], rows),
    '## What cannot hold on the same ranges',
    exceptions.join('\n'),
  );
}
