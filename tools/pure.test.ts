/** The tests of everything that needs neither root nor a kernel, in one process. */
import { globSync, writeFileSync } from 'node:fs';
import { after } from 'node:test';
import { measureCoverage } from './coverage.ts';

const rooms = ['bench', 'conformance', 'sandbox', 'sim', 'src', 'tests', 'tools/*'];
const pure = globSync(
  rooms.map((room) => `${room}/**/*.test.ts`),
  { exclude: ['**/*.root.test.ts', '**/fixtures/**'] },
).toSorted();
if (pure.length < 60) throw new Error(`found only ${pure.length} files of tests`);
const coverage = process.env['SEALANE_TEST_COVERAGE'];
if (coverage !== undefined) {
  const measured = await measureCoverage();
  after(async () => writeFileSync(coverage, JSON.stringify([...(await measured())])));
}
for (const file of pure) await import(`../${file}`);
