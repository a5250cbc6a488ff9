/** Which clusters take connections, in the kernel. Each flag has a duty of its own, which leaves the others alone. */
import { ClusterFlag } from '#kernel/index.ts';
import type { ClusterIndex } from './cluster-index.ts';
import type { NumberTable } from './maps.ts';

export class ClusterFlags {
  readonly #table: NumberTable;
  readonly #index: ClusterIndex;

  constructor(table: NumberTable, index: ClusterIndex) {
    this.#table = table;
    this.#index = index;
  }

  /** Exactly these clusters are down, whatever an earlier agent left; never the own one. */
  setDown(down: ReadonlySet<string>): void {
    for (const name of down) this.#index.numberOf(name);
    for (const [number, name] of this.#index.names().entries()) if (number > 0) this.#set(number, down.has(name));
  }

  #set(number: number, isDown: boolean): void {
    const before = this.#table.get(number);
    const after = isDown ? before | ClusterFlag.Down : before & ~ClusterFlag.Down;
    if (after !== before) this.#table.set(number, after);
  }
}
