import { request } from 'node:http';

/**
 * One GET on a connection of its own.
 * @returns the body. @throws an Error whose `code`, or else message, is the reason
 */
export function callHttp(url: URL, address: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({
      host: address,
      port: url.port || 80,
      path: `${url.pathname}${url.search}`,
      agent: false,
      headers: { host: url.host, connection: 'close' },
      timeout: timeoutMs,
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', reject);
    call.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode === 200) resolve(body);
        else reject(new Error(`HTTP ${statusCode}`));
      });
    });
    call.end();
  });
}
