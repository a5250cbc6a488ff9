/** Numbers of record types and classes (IANA, Domain Name System Parameters). */
export const TYPE = {
  A: 1,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

export const CLASS = { IN: 1 } as const;

/** Seconds; how long a client may keep what it heard, refusals included. */
export const TTL = 5;
