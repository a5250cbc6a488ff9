export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Which slot of a pinned SOCKMAP a server's socket goes to. */
export interface Slot {
  readonly pin: string;
  readonly slot: number;
}

export type Wish =
  | { readonly do: 'serve-tcp' | 'serve-udp'; readonly at: Endpoint; readonly alive?: Slot }
  | { readonly do: 'serve-resets' | 'stop'; readonly at: Endpoint }
  | { readonly do: 'abandon'; readonly to: Endpoint; readonly afterMs: number }
  | { readonly do: 'calls'; readonly to: Endpoint; readonly count: number }
  | { readonly do: 'open'; readonly to: Endpoint; readonly localPort?: number }
  | { readonly do: 'end-of' | 'udp-disconnect'; readonly id: number }
  | { readonly do: 'requests'; readonly id: number; readonly count: number }
  | { readonly do: 'close'; readonly id: number }
  | { readonly do: 'udp-open'; readonly to?: Endpoint; readonly family?: 4 | 6 }
  | { readonly do: 'udp-fire'; readonly id: number; readonly to: Endpoint; readonly count: number }
  | { readonly do: 'udp-send'; readonly id: number; readonly to?: Endpoint };

export type Request = Wish & { readonly ticket: number };

export interface Answer {
  readonly ticket: number;
  readonly value: unknown;
  readonly error?: string;
}
