/** Names and addresses that say whose they are: an address found in a table tells the service that it belongs to. */
import { formatIp } from '#kit/index.ts';

/** 10.0.0.0/8 in parts: cluster, service, pod. */
const SERVICE_BITS = 11;
const POD_BITS = 4;
const TEN = 10 << 24;

/** @param i below 2,048. Every third is in a namespace that comes late. */
export function serviceName(i: number): string {
  return `${i % 3 === 2 ? 'late' : 'demo'}/s${i}`;
}

/** @param cluster its number, below 512 @param i which of its pods, below 16 */
export function podAddress(cluster: number, service: string, i: number): string {
  const number = Number(/\d+$/.exec(service)?.[0] ?? 0);
  const value = TEN + (cluster << (SERVICE_BITS + POD_BITS)) + (number << POD_BITS) + i;
  return formatIp(BigInt(value) + V4);
}

const V4 = 0xffff_0000_0000n;

/** @returns undefined for what is no pod's */
export function podOf(address: bigint): { readonly cluster: number; readonly service: string } | undefined {
  const value = Number(address - V4);
  if (value >>> 24 !== 10) return undefined;
  const cluster = (value >>> (SERVICE_BITS + POD_BITS)) & 0x1ff;
  return { cluster, service: serviceName((value >>> POD_BITS) & ((1 << SERVICE_BITS) - 1)) };
}
