import { formatIp } from '#kit/index.ts';
import type { AddressPart } from './address-parts.ts';
import { byText } from './order.ts';
import { pickNumber } from './probing.ts';

/** An address given to a key; kept for a while after the key went. */
export interface Kept {
  readonly key: string;
  readonly address: string;
  readonly releasedAt?: string;
}

export interface KeepOptions {
  readonly part: AddressPart;
  readonly now: number;
  /** How long a released address waits for its key to return before another may have it. */
  readonly keptMs: number;
}

/** The addresses after this change, sorted by key; the same for any order of `held` and `wanted`. */
export function keepAddresses(held: readonly Kept[], wanted: readonly string[], options: KeepOptions) {
  const wantedKeys = new Set(wanted);
  const alive = held
    .filter((one) => wantedKeys.has(one.key) || stillKept(one, options))
    .map((one) => marked(one, wantedKeys, options));
  const known = new Set(alive.map(({ key }) => key));
  const taken = new Set(alive.map(({ address }) => address));
  const added: Kept[] = [];
  const exhausted: string[] = [];
  for (const key of [...wantedKeys].filter((one) => !known.has(one)).toSorted(byText)) {
    const address = pickAddress(key, options.part, taken);
    if (address === undefined) exhausted.push(key);
    else {
      taken.add(address);
      added.push({ key, address });
    }
  }
  return { kept: [...alive, ...added].toSorted((a, b) => byText(a.key, b.key)), exhausted };
}

export function pickAddress(key: string, part: AddressPart, taken: ReadonlySet<string>): string | undefined {
  const textOf = (offset: number) => formatIp(part.first + BigInt(offset));
  const offset = pickNumber(key, { first: 0, count: part.count }, (candidate) => taken.has(textOf(candidate)));
  return offset === undefined ? undefined : textOf(offset);
}

function stillKept({ releasedAt }: Kept, { now, keptMs }: KeepOptions): boolean {
  return releasedAt === undefined || now - Date.parse(releasedAt) < keptMs;
}

function marked({ key, address, releasedAt }: Kept, wanted: ReadonlySet<string>, { now }: KeepOptions): Kept {
  if (wanted.has(key)) return { key, address };
  return { key, address, releasedAt: releasedAt ?? new Date(now).toISOString() };
}
