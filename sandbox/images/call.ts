/** `pod-tool call URL`: many new connections, and a count of who answered and what failed. */
import { openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SealaneError, sleep, systemClock } from '#kit/index.ts';
import { wholeNumber } from './arguments.ts';
import { callHttp } from './call-http.ts';
import { callUdp } from './call-udp.ts';
import { resolver, type WantedFamily } from './resolve-name.ts';
import { createTally } from './tally.ts';

const USAGE = `call URL [--count N] [--concurrency C] [--rate PER_SECOND] [--timeout MS] [--resolve each|once]
                [--family 4|6] [--record FILE] [--output text|json]
  URL   http://name[:port][/path] or udp://name:port, the name perhaps an address such as [fd00::1]; every call is a new connection
  --record  a line for each call: when it began (milliseconds since 1970), how long it took, who answered or what failed
  --rate  starts this many a second, answers or not, until SIGTERM; otherwise the next starts when one of C has ended`;

export async function call(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      count: { type: 'string', short: 'n' },
      concurrency: { type: 'string', short: 'c' },
      rate: { type: 'string' },
      timeout: { type: 'string' },
      resolve: { type: 'string', default: 'each' },
      family: { type: 'string' },
      record: { type: 'string' },
      output: { type: 'string', short: 'o', default: 'text' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [target] = positionals;
  if (values.help || target === undefined) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const url = targetOf(target);
  const count = wholeNumber('count', values.count, 1, 1);
  const concurrency = wholeNumber('concurrency', values.concurrency, 8, 1);
  const rate = wholeNumber('rate', values.rate, 0);
  const timeoutMs = wholeNumber('timeout', values.timeout, 5_000, 1);
  const addressOf = resolver(values.resolve === 'once', familyOf(values.family));
  const tally = createTally(systemClock, recorder(values.record));
  const once = () =>
    tally.count(async () => {
      const address = await addressOf(url.hostname);
      return url.protocol === 'udp:' ? callUdp(url, address, timeoutMs) : callHttp(url, address, timeoutMs);
    });
  await (rate > 0 ? paced(once, count, rate) : crowded(once, count, concurrency));
  console.log(values.output === 'json' ? JSON.stringify(tally.result()) : tally.text());
  return tally.result().failed === 0 ? 0 : 1;
}

/** Whoever reads along sees each call as soon as it has ended, and the last one although this process ends with it. */
function recorder(file: string | undefined): ((line: string) => void) | undefined {
  if (file === undefined) return undefined;
  const out = openSync(file, 'w');
  return (line) => void writeSync(out, `${line}\n`);
}

function familyOf(text: string | undefined): WantedFamily | undefined {
  if (text === undefined) return undefined;
  if (text === '4' || text === '6') return Number(text) as WantedFamily;
  throw new SealaneError('images/bad-option', `read --family "${text}": neither 4 nor 6`);
}

function targetOf(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url && ['http:', 'udp:'].includes(url.protocol) && url.hostname !== '') return url;
  throw new SealaneError('images/bad-option', `read "${text}": not an http:// or udp:// address`);
}

async function crowded(once: () => Promise<void>, count: number, concurrency: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await once();
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, worker));
}

/** SIGTERM begins no more, and waits for those that have begun. */
async function paced(once: () => Promise<void>, count: number, rate: number): Promise<void> {
  const started = systemClock.monotonic();
  const calls: Promise<void>[] = [];
  let enough = false;
  process.once('SIGTERM', () => (enough = true));
  for (let i = 0; i < count && !enough; i += 1) {
    const early = started + (1000 * i) / rate - systemClock.monotonic();
    if (early > 1) await sleep(systemClock, early);
    calls.push(once());
  }
  await Promise.all(calls);
}
