/** `pod-tool lookup NAME --type TYPE`: what the pod's resolver answers, as JSON. */
import { promises as dns } from 'node:dns';
import { parseArgs } from 'node:util';
import { SealaneError } from '#kit/index.ts';

const TYPES = ['A', 'AAAA', 'SRV', 'TXT'] as const;
/** In c-ares' words. */
const STATUS: Readonly<Record<string, string>> = { ENOTFOUND: 'NXDOMAIN', ENODATA: 'NODATA', ESERVFAIL: 'SERVFAIL' };

export async function lookup(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { type: { type: 'string', default: 'A' } },
  });
  const type = TYPES.find((one) => one === values.type);
  if (!type) throw new SealaneError('images/bad-option', `read --type "${values.type}": one of ${TYPES.join(', ')}`);
  console.log(JSON.stringify(await ask(positionals[0] ?? '', type)));
  return 0;
}

async function ask(name: string, type: (typeof TYPES)[number]): Promise<{ status: string; records: string[] }> {
  const resolver = new dns.Resolver({ timeout: 2_000, tries: 2 });
  try {
    return { status: 'NOERROR', records: (await recordsOf(resolver, name, type)).toSorted() };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return { status: STATUS[code] ?? code, records: [] };
  }
}

async function recordsOf(resolver: dns.Resolver, name: string, type: (typeof TYPES)[number]): Promise<string[]> {
  if (type === 'SRV') return (await resolver.resolveSrv(name)).map((one) => `${one.name}:${one.port}`);
  if (type === 'TXT') return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  return type === 'A' ? resolver.resolve4(name) : resolver.resolve6(name);
}
