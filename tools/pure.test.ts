/** The tests of everything that needs neither root nor a kernel, in one process. */
import { globSync } from 'node:fs';

const files = globSync(['src/**/*.test.ts', 'sandbox/**/*.test.ts', 'conformance/**/*.test.ts', 'tools/*/**/*.test.ts', 'bench/**/*.test.ts']);
const pure = files.filter((file) => !file.endsWith('.root.test.ts') && !file.includes('node_modules')).toSorted();
if (pure.length < 40) throw new Error(`found only ${pure.length} test files`);
for (const file of pure) await import(`../${file}`);
