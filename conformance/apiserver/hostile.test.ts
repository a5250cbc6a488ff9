/** Strangers, slow readers and broken connections: whatever comes, the embedded server answers the next client. */
import assert from 'node:assert/strict';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { type Api, createApi, until } from './api.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { configMap } from './objects.ts';

const PATH = '/api/v1/namespaces/default/configmaps';

describe('hostile clients', () => {
  let server: Embedded;
  let api: Api;
  const failures: unknown[] = [];
  before(async () => {
    const log = { ...silent, error: (...said: unknown[]) => void failures.push(said) };
    server = await startEmbedded({ log: log as never });
    api = createApi(server.access);
  });
  after(async () => {
    api.close();
    await server.close();
  });
  const tls = (alpn: string): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const { ca, cert, key } = server.access;
      const socket = connectTls({ port: server.port, host: '127.0.0.1', ca, cert, key, ALPNProtocols: [alpn] });
      socket.once('secureConnect', () => resolve(socket)).once('error', reject);
    });
  const stillAnswers = async () => {
    assert.equal((await api.get(`${PATH}/none`)).status, 404);
    assert.deepEqual(failures, []);
  };

  test('garbage on the port and inside TLS ends its own connection and nothing else', async () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom('GET / HTTP/1.1\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\n\r\n'),
      fc.string({ maxLength: 200 }).map((text) => `GET ${text} HTTP/1.1\r\nhost: x\r\n\r\n`),
      fc
        .string({ maxLength: 200 })
        .map((text) => `GET ${text} HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n`),
      fc
        .string({ maxLength: 200 })
        .map((text) => `POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n${text}\r\n\r\n{`),
      fc
        .uint8Array({ maxLength: 200 })
        .map((bytes) => Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), bytes])),
    );
    const where = fc.constantFrom('tcp', 'http/1.1', 'h2');
    await fc.assert(
      fc.asyncProperty(where, garbage, async (layer, bytes) => {
        const socket = layer === 'tcp' ? connectTcp(server.port, '127.0.0.1') : await tls(layer);
        socket.on('error', () => {});
        await new Promise<void>((resolve) => {
          socket.once('data', () => resolve());
          socket.end(bytes, () => setImmediate(resolve));
        });
        socket.destroy();
      }),
      { numRuns: 700 },
    );
    await stillAnswers();
  });

  test('any method, path, query, type and body gets an answer that is no fault of the server', async () => {
    const word = fc.constantFrom(
      'api',
      'apis',
      'v1',
      'apps',
      'namespaces',
      'default',
      'pods',
      'services',
      'configmaps',
      'deployments',
      'status',
      'scale',
      'log',
      'exec',
      '..',
      '%',
      '%2e%2e',
      '%00',
      '//',
      'a'.repeat(300),
      '__proto__',
      'openapi',
      'v3',
      'customresourcedefinitions',
      'apiextensions.k8s.io',
    );
    const path = fc.array(fc.oneof(word, fc.webPath()), { maxLength: 7 }).map((parts) => `/${parts.join('/')}`);
    const key = fc.constantFrom(
      'watch',
      'limit',
      'continue',
      'resourceVersion',
      'labelSelector',
      'fieldSelector',
      'timeoutSeconds',
      'dryRun',
      'fieldManager',
      'force',
      'resourceVersionMatch',
      'propagationPolicy',
      'gracePeriodSeconds',
    );
    const value = fc.oneof(fc.constantFrom('', '0', '1', '-1', 'true', 'a=b', 'a in (b', '1e999', 'All'), fc.string());
    const query = fc
      .dictionary(key, value, { maxKeys: 3 })
      .map((pairs) => new URLSearchParams({ ...pairs, timeoutSeconds: '1' }).toString());
    const type = fc.constantFrom(
      'application/json',
      'application/yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
      'application/vnd.kubernetes.protobuf',
    );
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS');
    const body = fc.oneof(fc.json(), fc.string(), fc.constant('[{"op":"add","path":"/metadata/labels/x","value":1}]'));
    await fc.assert(
      fc.asyncProperty(method, path, query, type, body, async (verb, target, search, media, text) => {
        const url = new URL(
          `${server.access.server}${encodeURI(target).replaceAll('%25', '%')}?${search.replaceAll('watch=', 'watch_=')}`,
        );
        const { status } = await api.call(
          verb,
          url.pathname + url.search,
          verb === 'GET' || verb === 'HEAD' ? undefined : text,
          { type: media },
        );
        assert.ok(status >= 200 && status < 600 && status !== 500, `${verb} ${url.pathname} ${status}`);
      }),
      { numRuns: 700 },
    );
    await stillAnswers();
  });

  test('any object at all is taken or refused, in words', async () => {
    const plurals = ['pods', 'services', 'secrets', 'events'].map((one) => `/api/v1/namespaces/default/${one}`);
    const more = [
      '/api/v1/namespaces',
      '/api/v1/nodes',
      '/apis/apps/v1/namespaces/default/deployments',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    ];
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('x', 1, [], {}, null, [null], { '': null }));
    const field = fc.constantFrom(
      'ports',
      'clusterIP',
      'clusterIPs',
      'type',
      'containers',
      'template',
      'selector',
      'names',
      'versions',
      'group',
      'scope',
      'strategy',
      'ipFamilies',
      'conversion',
    );
    const meta = fc.dictionary(
      fc.constantFrom(
        'labels',
        'annotations',
        'finalizers',
        'ownerReferences',
        'namespace',
        'uid',
        'managedFields',
        'generateName',
      ),
      value,
    );
    const object = fc.record({
      metadata: fc.oneof(
        meta.map((rest) => ({ name: 'fuzz', ...rest })),
        value,
      ),
      spec: fc.oneof(fc.dictionary(field, value), value),
      status: value,
      stringData: value,
      data: value,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...plurals, ...more), object, async (path, body) => {
        const made = await api.post(path, body);
        assert.ok([201, 400, 409, 422].includes(made.status), `${path} ${made.status} ${JSON.stringify(body)}`);
        if (made.status !== 201) return;
        const own = `${path}/${made.body.metadata.name}`;
        const put = await api.patch(own, 'merge', body);
        assert.ok([200, 400, 409, 422].includes(put.status), `${own} ${put.status} ${JSON.stringify(body)}`);
        await api.patch(own, 'merge', { metadata: { finalizers: null } });
        await api.delete(own);
      }),
      { numRuns: 600 },
    );
    await stillAnswers();
  });

  test('a target that is no path is 400', async () => {
    for (const target of ['*', 'nonsense', 'http://', '\\\\']) {
      const socket = await tls('http/1.1');
      socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      assert.match(await firstText(socket), /^HTTP\/1\.1 4\d\d /, target);
      socket.destroy();
    }
    await stillAnswers();
  });

  test('an upgrade that is not exec is refused with a Status, by a stranger with 401', async () => {
    const head = (path: string) =>
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`;
    for (const path of ['//', '/api/v1/pods', '*', '/api/v1/namespaces/x/pods/p/attach']) {
      const socket = await tls('http/1.1');
      socket.write(head(path));
      assert.match(await firstText(socket), /^HTTP\/1\.1 400 [\s\S]*"kind":"Status"/, path);
      socket.destroy();
    }
    const socket = await tls('http/1.1');
    socket.write(head('/api/v1/namespaces/x/pods/p/exec'));
    assert.match(await firstText(socket), /^HTTP\/1\.1 503 /);
    await stillAnswers();
  });

  test('a body that is cut off, and a stream that is reset, harm nobody', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = await tls('http/1.1');
      socket.write(
        `POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"meta`,
      );
      await new Promise((resolve) => setImmediate(resolve));
      socket.destroy();
    }
    const session = http2Session();
    for (const code of [constants.NGHTTP2_INTERNAL_ERROR, constants.NGHTTP2_CANCEL, constants.NGHTTP2_PROTOCOL_ERROR]) {
      for (const headers of [
        { ':path': `${PATH}?watch=1` },
        { ':path': PATH, ':method': 'POST', 'content-type': 'application/json' },
      ]) {
        const stream = session.request(headers, { endStream: !(':method' in headers) });
        stream.on('error', () => {});
        if (':method' in headers) stream.write('{"meta');
        await new Promise((resolve) => setTimeout(resolve, 5));
        stream.close(code);
      }
    }
    await new Promise((resolve) => session.close(() => resolve(undefined)));
    await stillAnswers();
  });

  function http2Session() {
    const session = connectHttp2(server.access.server, { ...server.access });
    session.on('error', () => {});
    return session;
  }

  /** Writes until the watch that nobody reads is cut off. */
  async function isCut(isOver: () => boolean): Promise<void> {
    await until(
      'begun',
      () => api.get(`${PATH}/none`),
      () => watchers() === 1,
    );
    await api.post(PATH, configMap('big'));
    const data = 'x'.repeat(1024 * 1024);
    let round = 0;
    await until(
      'cut',
      () => api.patch(`${PATH}/big`, 'merge', { data: { x: data, round: String((round += 1)) } }),
      () => isOver() || round > 60,
    );
    await api.delete(`${PATH}/big`);
    assert.ok(isOver(), `not cut after ${round} MiB`);
  }

  test('a watcher over HTTP/1.1 that does not read is cut off', async () => {
    const socket = await tls('http/1.1');
    socket.write(`GET ${PATH}?watch=1 HTTP/1.1\r\nhost: x\r\n\r\n`);
    socket.on('error', () => {});
    socket.once('readable', () => {}); // paused: nobody reads
    await isCut(() => watchers() === 0);
    socket.destroy();
  });

  test('a watcher over HTTP/2 that does not read is cut off', async () => {
    const session = http2Session();
    const stream = session.request({ ':path': `${PATH}?watch=1` });
    stream.on('error', () => {});
    stream.pause();
    await new Promise((resolve) => stream.once('response', resolve));
    await isCut(() => watchers() === 0);
    session.destroy();
  });

  function watchers(): number {
    return openWatches.count;
  }
  const openWatches = { count: 0 };
  before(() => {
    const { store } = server;
    const watch = store.watch.bind(store);
    Object.assign(store, {
      watch(...asked: Parameters<typeof watch>) {
        const outcome = watch(...asked);
        if (outcome.outcome !== 'watching') return outcome;
        openWatches.count += 1;
        let isOpen = true;
        const stop = () => {
          if (isOpen) openWatches.count -= 1;
          isOpen = false;
          outcome.stop();
        };
        return { ...outcome, stop };
      },
    });
  });

  test('every watch that was opened here has been stopped', async () => {
    await until(
      'stopped',
      () => api.get(`${PATH}/none`),
      () => watchers() === 0,
    );
  });
});

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {}, child: () => silent };

function firstText(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
    socket.setTimeout(500, () => resolve(text));
  });
}
