/**
 * Writes the reference pages below docs/ from the sources: kinds, commands, errors, programs, refusals, events, metrics, checks, conformance, the manual page and the
 * completions for shells.
 *
 * Run: node_modules/.bin/node tools/generate-docs.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksPage } from './generate-docs/checks-page.ts';
import { cliPage } from './generate-docs/cli-page.ts';
import { bashCompletion } from './generate-docs/completion/bash.ts';
import { fishCompletion } from './generate-docs/completion/fish.ts';
import { zshCompletion } from './generate-docs/completion/zsh.ts';
import { errorsPage } from './generate-docs/errors-page.ts';
import { eventsPage } from './generate-docs/events-page.ts';
import { kindsPage } from './generate-docs/kinds-page.ts';
import { manPage } from './generate-docs/man-page.ts';
import { mcsPage } from './generate-docs/mcs-page.ts';
import { metricsPage } from './generate-docs/metrics-page.ts';
import { programsPage } from './generate-docs/programs-page.ts';
import { refusalsPage } from './generate-docs/refusals-page.ts';

const root = join(import.meta.dirname, '..');

const pages: Readonly<Record<string, string>> = {
  'errors.md': errorsPage(root),
  'programs.md': programsPage(),
  'refusals.md': refusalsPage(),
  'events.md': eventsPage(),
  'metrics.md': metricsPage(),
  'kinds.md': kindsPage(),
  'checks.md': checksPage(),
  'mcs-conformance.md': mcsPage(),
  'cli.md': await cliPage(),
  'sealane.1': await manPage(),
  'completion.bash': await bashCompletion(),
  'completion.zsh': await zshCompletion(),
  'completion.fish': await fishCompletion(),
};

const check = process.argv.includes('--check');
for (const [name, text] of Object.entries(pages)) {
  const path = join(root, 'docs', name);
  if (!check) writeFileSync(path, text);
  else if (textOf(path) !== text) {
    console.error(`docs/${name} is not what tools/generate-docs.ts writes; run it without --check`);
    process.exitCode = 1;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not written yet
  }
}
