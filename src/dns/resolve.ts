import type { DnsSnapshot } from '#plan/index.ts';

export interface Query {
  readonly name: string;
  readonly type: string;
}

/** What to say; `forward`: not ours, ask upstream. */
export type Answer =
  | { readonly kind: 'forward' }
  | {
      readonly kind: 'answer';
      readonly rcode: 'NOERROR' | 'NXDOMAIN';
      readonly addresses: readonly string[];
      readonly zone: string;
    };

export function resolve(query: Query, snapshot: DnsSnapshot, random: () => number): Answer {
  throw new Error(`not written: ${query.name} ${snapshot.serial} ${random.name}`);
}
