/** Names as any program of the pod finds them: through the C library, by the pod's resolv.conf and hosts. */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';

/** @param once keep the first answer for all calls */
export function resolver(once: boolean): (name: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (name) => {
    if (isIPv4(name)) return Promise.resolve(name);
    const before = once ? known.get(name) : undefined;
    const answer = before ?? lookup(name, { family: 4 }).then(({ address }) => address);
    if (once) known.set(name, answer);
    return answer;
  };
}
