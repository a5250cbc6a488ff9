/** Knows when the tables hold what the mirrors of the members say: once every service has been worked on after they were read. */
import type { MemberCluster } from '#api/index.ts';

export class Step {
  readonly #members: () => readonly MemberCluster[];
  #asOf: ReadonlyMap<string, number> = new Map();
  /** Services whose last try failed. */
  readonly #failed = new Set<string>();

  constructor(members: () => readonly MemberCluster[]) {
    this.#members = members;
  }

  /** From here on every service is worked on. */
  begin(): void {
    this.#asOf = new Map(this.#members().map(({ metadata }) => [metadata.name, metadata.generation ?? 0]));
  }

  /** @throws what `work` does */
  try(service: string, work: () => void): void {
    this.#failed.add(service);
    work();
    this.#failed.delete(service);
  }

  /** Every service was worked on since `begin`. @returns generations by member, or undefined while some have to be tried again */
  end(): ReadonlyMap<string, number> | undefined {
    return this.#failed.size > 0 ? undefined : this.#asOf;
  }
}
