/** Door of the demonstration. */
export { type DemoOptions, type DemoResult, runDemo } from './run-demo.ts';
export type { StepResult } from './results.ts';
export { createScreen, type Screen } from './screen.ts';
