/** `--listen`: addresses with ports, between commas. */
import { formatIp, parseEndpoint, SealaneError } from '#kit/index.ts';

/** @throws `cli/bad-endpoint` */
export function listens(text: string): { readonly address: string; readonly port: number }[] {
  return text.split(',').map((one) => {
    const found = parseEndpoint(one, 0);
    if (found && found.port > 0) return { address: formatIp(found.address), port: found.port };
    throw new SealaneError('cli/bad-endpoint', `read --listen "${one}": not an address with a port`, {
      hint: '192.0.2.11:9953 or [fd00::11]:9953',
    });
  });
}
