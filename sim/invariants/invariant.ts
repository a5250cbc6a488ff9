import type { Scenario } from '../steps/scenario.ts';
import type { Damage } from '../steps/do-fault.ts';
import type { World } from '../world/world.ts';

/** Something that must hold whatever happens. */
export interface Invariant {
  readonly name: string;
  /** Called when an event has come to rest. @returns what is wrong */
  readonly check: () => string | undefined;
}

export interface Watched {
  readonly world: World;
  readonly scenario: Scenario;
  readonly damage: Damage;
}

/** Collects what is found while events are told; `check` hands it over. */
export function noting(name: string): Invariant & { note(text: string): void } {
  let found: string | undefined;
  return { name, note: (text) => (found ??= text), check: () => found };
}
