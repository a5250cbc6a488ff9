import { startSandbox } from './sandbox.ts';
import { mcsSuite } from './suite.ts';

mcsSuite('islands with the same pod ranges', () => startSandbox(`sltm${process.pid % 10_000}`, 'default'));
mcsSuite('islands with disjoint pod ranges', () => startSandbox(`sltn${process.pid % 10_000}`, 'disjoint'));
