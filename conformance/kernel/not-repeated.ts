/** Suites that are not repeated on Debian 12's kernel, because what they find out is the same on every kernel. */
export interface NotRepeated {
  readonly file: string;
  readonly because: string;
}

export const NOT_REPEATED: readonly NotRepeated[] = [
  {
    file: 'bpf/tests/gateway-fuzz.root.test.ts',
    because:
      'thousands of packets ask what our text makes of their bytes; the helpers it calls for that are in every suite',
  },
  {
    file: 'bpf/tests/gateway-affinity.root.test.ts',
    because: 'hundreds of callers ask how our arithmetic spreads them',
  },
  {
    file: 'src/kernel/pins.root.test.ts',
    because:
      'all hooks are loaded ten times, a minute there; the calls that find and attach them are those of restart and attach',
  },
];
