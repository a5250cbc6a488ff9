import type { Stage } from './stage.ts';

/** One behaviour: what there is, made for all cases at once, and what must hold then. Each has a namespace of its own. */
export interface Case {
  readonly given: (stage: Stage) => Promise<void>;
  readonly check: (stage: Stage) => Promise<void>;
}
