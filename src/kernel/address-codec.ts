/** How addresses lie in C: four bytes (`__be32`), or sixteen (`struct address`), where IPv4 is in its mapped form. */
import type { Address } from '#kit/index.ts';

const MAPPED = 0xffffn << 32n;
const LOW_32 = 0xffff_ffffn;
const ADDRESS_BYTES = 16;
const LOW_64 = 0xffff_ffff_ffff_ffffn;

export function putIpv4(view: DataView, at: number, address: Address): void {
  view.setUint32(at, Number(address & LOW_32), false);
}

export function getIpv4(view: DataView, at: number): Address {
  return MAPPED | BigInt(view.getUint32(at, false));
}

export function putAddress(view: DataView, at: number, address: Address): void {
  view.setBigUint64(at, address >> 64n, false);
  view.setBigUint64(at + 8, address & LOW_64, false);
}

export function getAddress(view: DataView, at: number): Address {
  return (view.getBigUint64(at, false) << 64n) | view.getBigUint64(at + 8, false);
}

/** Two `struct address` one after the other; those that are missing are zero. */
export function addressBytes(addresses: readonly Address[]): Uint8Array {
  const bytes = new Uint8Array(2 * ADDRESS_BYTES);
  for (const [i, address] of addresses.entries()) putAddress(new DataView(bytes.buffer), i * ADDRESS_BYTES, address);
  return bytes;
}
