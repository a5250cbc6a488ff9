/**
 * Measures the instructions that the verifier walks for every program in dist/bpf (needs root).
 *   node tools/bpf-budget.ts [--write]     compares with bpf/budget.json, or writes it
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Budget, budgetFor, requireWithinBudget } from '../src/kernel/budget.ts';
import { measureDirectory } from '../src/kernel/measure-budget.ts';

const file = fileURLToPath(new URL('../bpf/budget.json', import.meta.url));
const measured = measureDirectory(fileURLToPath(new URL('../dist/bpf', import.meta.url)));
for (const [program, count] of measured) console.log(`${program}: ${count}`);
if (process.argv.includes('--write')) writeFileSync(file, `${JSON.stringify(budgetFor(measured), null, 2)}\n`);
else requireWithinBudget(JSON.parse(readFileSync(file, 'utf8')) as Budget, measured);
