/** The programs of a gateway for one family: two at the device that lanes come in by, one where pods answer. */
import { readFileSync } from 'node:fs';
import { type Clock, type Family, inTurns } from '#kit/index.ts';
import { loadEach } from './load-each.ts';
import type { LoadedObject, LoadOptions } from './load-object.ts';
import type { Program } from './program.ts';
import { KERNEL_BTF } from './requirements.ts';

export interface GatewayPrograms {
  readonly family: Family;
  /** Answers probes. */
  readonly echo: Program;
  readonly incoming: Program;
  readonly back: Program;
  /** The object of the first, which has every table. */
  readonly object: LoadedObject;
  close(): void;
}

const NAMES = {
  IPv4: {
    echo: ['gateway-echo', 'gateway_echo'],
    in: ['gateway-in', 'gateway_in'],
    back: ['gateway-back', 'gateway_back'],
  },
  IPv6: {
    echo: ['gateway-echo6', 'gateway_echo6'],
    in: ['gateway-in6', 'gateway_in6'],
    back: ['gateway-back6', 'gateway_back6'],
  },
} as const;

/**
 * @param objectDir where the compiled objects are, `dist/bpf`
 * @param options constants that only one of the programs has are left out for the other
 * @throws SealaneError as `loadObject`; nothing is open then
 */
export function loadGateway(family: Family, objectDir: string, options: LoadOptions): GatewayPrograms {
  return gatewayOf(family, [...loading(family, objectDir, options)]);
}

/** The same; the event loop turns between two objects. */
export async function loadGatewayInTurns(
  family: Family,
  objectDir: string,
  options: LoadOptions,
  clock: Clock,
): Promise<GatewayPrograms> {
  return gatewayOf(family, await Array.fromAsync(inTurns(loading(family, objectDir, options), clock)));
}

function loading(family: Family, objectDir: string, options: LoadOptions): Generator<LoadedObject> {
  const names = NAMES[family];
  const rodata = { ...options.rodata, ...(family === 'IPv6' && { ipv6_sum: ipv6Sum() }) };
  return loadEach([names.in[0], names.back[0], names.echo[0]], objectDir, { ...options, rodata });
}

function gatewayOf(family: Family, loaded: readonly LoadedObject[]): GatewayPrograms {
  const [incoming, back, echo] = loaded as [LoadedObject, LoadedObject, LoadedObject];
  const names = NAMES[family];
  return {
    family,
    echo: echo.program(names.echo[1]),
    incoming: incoming.program(names.in[1]),
    back: back.program(names.back[1]),
    object: incoming,
    close() {
      incoming.close();
      back.close();
      echo.close();
    },
  };
}

const BPF_F_IPV6 = 128n;
let known: bigint | undefined;

/** The flag of bpf_l4_csum_replace() for IPv6, where the kernel has it (6.16, and some before); it refuses what it does not know. */
function ipv6Sum(): bigint {
  known ??= readFileSync(KERNEL_BTF).includes('\0BPF_F_IPV6\0') ? BPF_F_IPV6 : 0n;
  return known;
}
