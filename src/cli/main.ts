/** Entry of the production bundle. */
import { runProgram } from './program.ts';
import { SEALANE } from './sealane.ts';

const code = await runProgram(SEALANE, process.argv.slice(2));
if (code !== undefined) process.exit(code);
