import { formatIp, parseEndpoint, SealaneError } from '#kit/index.ts';

export interface Upstream {
  readonly address: string;
  readonly port: number;
}

/**
 * @param text `address`, `address:port` or `[address]:port`
 * @throws `dns/bad-upstream`
 */
export function parseUpstream(text: string): Upstream {
  const found = parseEndpoint(text, 53);
  if (found && found.port > 0) return { address: formatIp(found.address), port: found.port };
  throw new SealaneError(
    'dns/bad-upstream',
    `read upstream "${text}": expected an address, address:port or [address]:port`,
  );
}
