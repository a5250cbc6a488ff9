/** As much of curl as a demonstration needs, for machines that have none. Exit codes are curl's. */
import { request } from 'node:http';
import { parseArgs } from 'node:util';
import { formatEndpoint } from '#kit/index.ts';
import { wholeNumber } from './arguments.ts';
import { resolver } from './resolve-name.ts';

const EXIT: Readonly<Record<string, number>> = {
  ENOTFOUND: 6,
  EAI_AGAIN: 6,
  ECONNREFUSED: 7,
  EHOSTUNREACH: 7,
  timeout: 28,
};

export async function curl(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      silent: { type: 'boolean', short: 's' },
      'show-error': { type: 'boolean', short: 'S' },
      include: { type: 'boolean', short: 'i' },
      verbose: { type: 'boolean', short: 'v' },
      fail: { type: 'boolean', short: 'f' },
      location: { type: 'boolean', short: 'L' },
      'max-time': { type: 'string', short: 'm' },
      'connect-timeout': { type: 'string' },
      header: { type: 'string', short: 'H', multiple: true },
      request: { type: 'string', short: 'X' },
      ipv4: { type: 'boolean', short: '4' },
      ipv6: { type: 'boolean', short: '6' },
    },
  });
  const [target = ''] = positionals;
  const url = URL.parse(target.includes('://') ? target : `http://${target}`);
  if (!url || url.protocol !== 'http:') {
    process.stderr.write('curl: (3) URL using bad/illegal format or missing URL\n');
    return 3;
  }
  const seconds = Number(values['max-time'] ?? values['connect-timeout'] ?? 0);
  const headers = Object.fromEntries((values.header ?? []).map(splitHeader));
  try {
    const address = await resolver(false, values.ipv4 ? 4 : values.ipv6 ? 6 : undefined)(url.hostname);
    if (values.verbose) process.stderr.write(`* Trying ${formatEndpoint(address, Number(url.port || 80))}...\n`);
    const { status, text } = await fetchOnce(
      url,
      address,
      seconds,
      values.request ?? 'GET',
      headers,
      values.include === true,
    );
    process.stdout.write(text);
    return values.fail && status >= 400 ? 22 : 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const exit = EXIT[code ?? message] ?? 56;
    if (!values.silent || values['show-error']) process.stderr.write(`curl: (${exit}) ${message}\n`);
    return exit;
  }
}

function splitHeader(line: string): [string, string] {
  const at = line.indexOf(':');
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

function fetchOnce(
  url: URL,
  host: string,
  seconds: number,
  method: string,
  headers: Record<string, string>,
  include: boolean,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request({
      host,
      port: wholeNumber('port', url.port || undefined, 80),
      path: `${url.pathname}${url.search}`,
      method,
      agent: false,
      headers: { host: url.host, 'user-agent': 'curl', accept: '*/*', ...headers },
      ...(seconds > 0 ? { timeout: seconds * 1000 } : {}),
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', reject);
    call.on('response', (response) => {
      const { statusCode: status = 0, statusMessage = '', httpVersion, rawHeaders } = response;
      const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}\r\n`] : []));
      let text = include ? `HTTP/${httpVersion} ${status} ${statusMessage}\r\n${lines.join('')}\r\n` : '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status, text }));
    });
    call.end();
  });
}
