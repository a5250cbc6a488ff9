/** `pod-tool keep URL`: connections that stay open and make a request every so often; not one may break. */
import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { SealaneError, sleep, systemClock } from '#kit/index.ts';
import { wholeNumber } from './arguments.ts';
import { resolver } from './resolve-name.ts';
import { untilTold } from './until-told.ts';

const USAGE = `keep URL [--connections N] [--seconds S] [--interval MS]
  URL  http://name[:port][/path]; every connection is made once and makes a request every interval, for so long or until SIGTERM;
       prints JSON`;

/** How long an answer may take. */
const ANSWER_MS = 5_000;

interface Kept {
  answered: number;
  broken: string | undefined;
}

export async function keep(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      connections: { type: 'string' },
      seconds: { type: 'string' },
      interval: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const url = URL.parse(positionals[0] ?? '');
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (url?.protocol !== 'http:')
    throw new SealaneError('images/bad-option', `read "${positionals[0] ?? ''}": not an http:// address`);
  const connections = wholeNumber('connections', values.connections, 20, 1);
  const until = systemClock.monotonic() + 1000 * wholeNumber('seconds', values.seconds, 10, 1);
  let told = false;
  void untilTold().then(() => (told = true));
  const enough = () => told || systemClock.monotonic() >= until;
  const intervalMs = wholeNumber('interval', values.interval, 100, 1);
  const addressOf = resolver(true);
  const kept = await Promise.all(
    Array.from({ length: connections }, () => keepOne(url, addressOf, enough, intervalMs)),
  );
  const broken = kept.flatMap((one) => one.broken ?? []);
  const requests = kept.reduce((sum, one) => sum + one.answered, 0);
  console.log(JSON.stringify({ connections, requests, broken }));
  return broken.length === 0 ? 0 : 1;
}

async function keepOne(
  url: URL,
  addressOf: ReturnType<typeof resolver>,
  enough: () => boolean,
  intervalMs: number,
): Promise<Kept> {
  const kept: Kept = { answered: 0, broken: undefined };
  let socket: Socket | undefined;
  try {
    socket = connect({ host: await addressOf(url.hostname), port: Number(url.port || 80) });
    // Between two requests nobody else listens; the next one finds what it was.
    socket.on('error', () => {});
    while (!enough()) {
      if (socket.errored) throw socket.errored;
      await ask(socket, url);
      kept.answered += 1;
      await sleep(systemClock, intervalMs);
    }
  } catch (error) {
    kept.broken = error instanceof Error ? error.message : String(error);
  }
  socket?.destroy();
  return kept;
}

/** One request on the open connection: its answer's head and as much body as it names. */
function ask(socket: Socket, { host, pathname }: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (error?: Error) => {
      cancel();
      socket.off('data', read).off('error', settle).off('close', closed);
      if (error) reject(error);
      else resolve();
    };
    const read = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const [, head = '', length = '0'] = /^(.*?content-length: *(\d+).*?)\r\n\r\n/is.exec(text) ?? [];
      if (head && text.length >= head.length + 4 + Number(length)) {
        settle(head.startsWith('HTTP/1.1 200') ? undefined : new Error(head.split('\r\n')[0]));
      }
    };
    const closed = () => settle(new Error('closed'));
    const cancel = systemClock.after(ANSWER_MS, () => settle(new Error('timeout')));
    socket.on('data', read).on('error', settle).on('close', closed);
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  });
}
