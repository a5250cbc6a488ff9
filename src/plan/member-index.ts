/** A member's claim on a number, as everybody can see it. */
export interface IndexClaim {
  readonly name: string;
  /** The admin's word. */
  readonly given?: number | undefined;
  /** What the member itself has claimed. */
  readonly claimed?: number | undefined;
}

const MOST = 255;

/**
 * The number of a member in its set: what the admin gave; else the one it has, as long as nobody with a better right has it too; else
 * the lowest that is free. Two that claim the same at once see each other, and the second by name takes another.
 *
 * @returns undefined when all 255 are taken
 */
export function memberIndex(self: IndexClaim, others: readonly IndexClaim[]): number | undefined {
  if (self.given !== undefined) return self.given;
  const { claimed } = self;
  if (claimed !== undefined && !others.some((other) => isBefore(other, self, claimed))) return claimed;
  const taken = new Set(others.map(({ given, claimed: theirs }) => given ?? theirs));
  for (let index = 1; index <= MOST; index += 1) if (!taken.has(index)) return index;
  return undefined;
}

function isBefore({ name, given, claimed }: IndexClaim, self: IndexClaim, index: number): boolean {
  return given === index || (given === undefined && claimed === index && name < self.name);
}
