/** Cluster IPs: which are free, which may be asked for. Low addresses are left to those who ask for one. */
import { addressAt, contains, type Family, formatIp, formatRange, parseIp, type Range } from '#kit/index.ts';
import type { Problem } from '#objects/index.ts';

const RESERVED = 16;
/** Addresses of a wide range that are given out without being asked for. */
const MOST = 1n << 20n;

export interface ServiceAddresses {
  readonly family: Family;
  /** Empty when there is none. */
  free(taken: ReadonlySet<string>): string;
  check(address: string, taken: ReadonlySet<string>): Problem[];
}

export function serviceAddresses(range: Range, random: () => number): ServiceAddresses {
  /** Without the network's own address and the broadcast address. */
  const usable = Number(range.size < MOST ? range.size : MOST) - 2;
  const isSmall = usable <= RESERVED * 4;
  return {
    family: range.family,
    free(taken) {
      const start = Math.floor(random() * usable);
      for (let step = 0; step < usable; step++) {
        const offset = 1 + ((start + step) % usable);
        const address = formatIp(addressAt(range, offset));
        if ((offset >= RESERVED || isSmall) && !taken.has(address)) return address;
      }
      return '';
    },
    check(address, taken) {
      const number = parseIp(address);
      if (address === '') return refuse(address, 'failed to allocate IP: range is full');
      if (number === undefined) return refuse(address, 'must be a valid IP address');
      const allocate = `failed to allocate IP ${address}`;
      if (!contains(range, number) || number === range.base || number === range.base + range.size - 1n) {
        const why = `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${formatRange(range)}`;
        return refuse(address, `${allocate}: ${why}`);
      }
      return taken.has(address) ? refuse(address, `${allocate}: provided IP is already allocated`) : [];
    },
  };
}

function refuse(address: string, why: string): Problem[] {
  const message = `Invalid value: ${JSON.stringify([address])}: ${why}`;
  return [{ path: 'spec.clusterIPs', reason: 'FieldValueInvalid', message }];
}
