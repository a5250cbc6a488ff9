import { Command, callInto } from './bpf-call.ts';
import { checked } from './faults.ts';
import type { Program } from './program.ts';

export interface TestRunOptions {
  /** The context, `struct __sk_buff` for tc programs; unset fields are zero. */
  readonly ctx?: Uint8Array;
  /** Runs; the duration is their mean. Default 1. */
  readonly repeat?: number;
}

export interface TestRun {
  /** What the program returned, as an unsigned number (TC_ACT_UNSPEC is 0xffffffff). */
  readonly retval: number;
  /** The packet afterwards. */
  readonly packet: Buffer;
  /** The context afterwards; empty when none was given. */
  readonly ctx: Buffer;
  readonly durationNs: number;
}

const GROWTH = 512;

/**
 * Runs a tc or sk_lookup program on a packet without any device (BPF_PROG_TEST_RUN).
 * Cgroup hooks cannot be run like this; they are tried with real sockets.
 * @param packet from the Ethernet header on, at least 14 bytes
 */
export function progTestRun(program: Program, packet: Uint8Array, options: TestRunOptions = {}): TestRun {
  const out = Buffer.alloc(packet.length + GROWTH);
  const ctx = options.ctx ?? null;
  const ctxOut = Buffer.alloc(ctx?.length ?? 0);
  const { answer, attributes } = callInto(
    Command.TestRun,
    program.fd,
    0,
    packet.length,
    out.length,
    packet,
    out,
    options.repeat ?? 1,
    0,
    ctx?.length ?? 0,
    ctxOut.length,
    ctx,
    ctx ? ctxOut : null,
    0,
    0,
  );
  checked(answer, 'kernel/test-run', `run ${program.name} on ${packet.length} bytes`);
  return {
    retval: attributes.readUInt32LE(4),
    packet: out.subarray(0, attributes.readUInt32LE(12)),
    ctx: ctxOut.subarray(0, attributes.readUInt32LE(44)),
    durationNs: attributes.readUInt32LE(36),
  };
}
