/** The tests of everything that needs neither root nor a kernel, in one process. */
import { globSync } from 'node:fs';

const rooms = ['bench', 'conformance', 'sandbox', 'src', 'tests', 'tools/*'];
const pure = globSync(
  rooms.map((room) => `${room}/**/*.test.ts`),
  { exclude: ['**/*.root.test.ts', '**/fixtures/**'] },
).toSorted();
if (pure.length < 60) throw new Error(`found only ${pure.length} files of tests`);
for (const file of pure) await import(`../${file}`);
