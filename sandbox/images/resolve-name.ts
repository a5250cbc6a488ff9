/** Names as any program of the pod finds them: through the C library, by the pod's resolv.conf and hosts. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { surroundings } from './surroundings.ts';

/** 0 is whichever the C library puts first. */
export type WantedFamily = 0 | 4 | 6;

/**
 * @param once keep the first answer for all calls
 * @returns a function of a URL's host: a name, an IPv4 address, or an IPv6 address in brackets
 */
export function resolver(once: boolean, family = ownFamily()): (host: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (host) => {
    const name = host.replace(/^\[(.*)\]$/, '$1');
    if (isIP(name)) return Promise.resolve(name);
    const before = once ? known.get(name) : undefined;
    const answer = before ?? lookup(name, { family, order: 'verbatim' }).then(({ address }) => address);
    if (once) known.set(name, answer);
    return answer;
  };
}

/** What a pod has no address of it need not ask for. */
function ownFamily(): WantedFamily {
  const { addresses } = surroundings();
  const families = new Set(addresses.map(isIP));
  if (families.size === 2) return 0;
  return families.has(6) ? 6 : 4;
}
