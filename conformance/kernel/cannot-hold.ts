/** Tests of the kernel's half that Debian 12's kernel, or a machine that is emulated, cannot pass; everything else must. */
export interface CannotHold {
  readonly file: string;
  readonly test: string;
  readonly because: string;
}

export const CANNOT_HOLD: readonly CannotHold[] = [
  {
    file: 'src/kernel/attach.root.test.ts',
    test: 'tcx: a program sees the packets of its device, is replaced in place, and is taken off',
    because: 'links for tc programs came with 6.6; the same test runs on clsact, which is used there',
  },
  {
    file: 'src/kernel/budget.root.test.ts',
    test: 'no budget is far above what its program takes',
    because: 'budgets are this tight for the kernel that we develop on',
  },
  {
    file: 'src/kernel/budget.root.test.ts',
    test: 'every program is within its budget of verifier instructions',
    because:
      'the older verifier walks more of some programs (gateway_in6: 45,230) and less of others; that all of them load is held',
  },
  {
    file: 'src/kernel/hooks-counters.root.test.ts',
    test: 'hooks cost little',
    because: 'an emulated processor takes 50 times as long; the time of a run says nothing',
  },
  {
    file: 'src/kernel/hooks-no-room.root.test.ts',
    test: 'a socket that the kernel has no memory to remember a backend for is refused, and the next one is served',
    because:
      'how much memory a socket’s options may take was one number for the machine before 6.8, not one a namespace',
  },
];
