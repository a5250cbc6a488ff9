import { parseIpv4, SealaneError } from '#kit/index.ts';

export interface Upstream {
  readonly address: string;
  readonly port: number;
}

/**
 * @param text `address` or `address:port`
 * @throws `dns/bad-upstream`
 */
export function parseUpstream(text: string): Upstream {
  const [address = '', port = '53', ...rest] = text.split(':');
  const number = Number(port);
  if (rest.length === 0 && parseIpv4(address) !== undefined && /^\d{1,5}$/.test(port) && number > 0 && number < 65536) {
    return { address, port: number };
  }
  throw new SealaneError('dns/bad-upstream', `read upstream "${text}": expected an IPv4 address, or address:port`);
}
