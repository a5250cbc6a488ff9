import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONFIG_MAPS } from '#api/index.ts';
import { createClient } from './client.ts';
import { fenced } from './fenced.ts';
import { lead, type LeadOptions } from './lead.ts';
import { startSmallServer } from './test-server.ts';
import { until } from './test-until.ts';

async function stand(t: TestContext) {
  const intercept = { busy: false };
  const server = await startSmallServer({
    intercept(_, response) {
      if (intercept.busy) response.writeHead(503).end();
      return intercept.busy;
    },
  });
  const client = createClient({ server: server.url });
  t.after(async () => {
    client.close();
    await server.close();
  });
  const candidate = (identity: string, instance: string, options: Partial<LeadOptions> = {}) => {
    const stop = new AbortController();
    const terms: AbortSignal[] = [];
    const held: (() => boolean)[] = [];
    const ended = lead(client, {
      namespace: 'sealane-system',
      name: 'x',
      identity,
      instance,
      durationSeconds: 0.5,
      ...options,
      signal: stop.signal,
      run: (signal, holds) => {
        held.push(holds);
        terms.push(signal);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      },
    });
    const leads = () => terms.length > 0 && !terms.at(-1)?.aborted;
    const end = async () => {
      stop.abort();
      await ended;
    };
    t.after(end);
    return { leads, end, terms, held };
  };
  return { server, candidate, intercept };
}

test('one of two leads, the other takes over when it leaves', async (t) => {
  const { candidate } = await stand(t);
  const a = candidate('a', '1');
  await until('a leads', a.leads);
  const b = candidate('b', '2');
  assert.equal(b.leads(), false);
  await a.end();
  await until('b leads', b.leads);
});

test('a leader that vanished is succeeded when its lease has run out, not before', async (t) => {
  const { candidate, server } = await stand(t);
  const renewTime = new Date().toISOString();
  const spec = { holderIdentity: 'gone', leaseDurationSeconds: 0.5, renewTime };
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'sealane-system', name: 'x' },
    spec,
  };
  server.store.create({ resource: 'coordination.k8s.io/leases', namespace: 'sealane-system', name: 'x' }, lease);
  const began = performance.now();
  const b = candidate('b', '2');
  await until('b leads', b.leads);
  assert.ok(performance.now() - began >= 450);
});

test('a restarted process takes its own lease back at once, and its forerunner steps down for good', async (t) => {
  const { candidate } = await stand(t);
  const before = candidate('a', '1', { durationSeconds: 2 });
  await until('it leads', before.leads);
  const after = candidate('a', '2', { durationSeconds: 2 });
  await until('the new one leads', after.leads, 1_000);
  await until('the old one has stepped down', () => !before.leads());
  assert.equal(after.leads(), true);
  assert.equal(before.terms.length, 1);
});

test('a leader that cannot renew steps down when its lease runs out, and leads again when it can', async (t) => {
  const { candidate, intercept } = await stand(t);
  const a = candidate('a', '1');
  await until('a leads', a.leads);
  intercept.busy = true;
  await until('a has stepped down', () => !a.leads(), 3_000);
  intercept.busy = false;
  await until('a leads again', a.leads, 3_000);
  assert.equal(a.terms.length, 2);
  assert.deepEqual(
    a.held.map((holds) => holds()),
    [false, true],
    'what the first term has left unfinished writes nothing in the second',
  );
});

test('what is fenced sends nothing when it may not write, and reads all the same', async (t) => {
  const { server } = await stand(t);
  const plain = createClient({ server: server.url });
  t.after(() => plain.close());
  let may = true;
  const client = fenced(plain, () => may);
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name: 'x' } };
  await client.create(CONFIG_MAPS, map);
  may = false;
  const refused = { code: 'kube/not-leading' };
  await assert.rejects(client.create(CONFIG_MAPS, { ...map, metadata: { namespace: 'n', name: 'y' } }), refused);
  await assert.rejects(client.update(CONFIG_MAPS, map), refused);
  await assert.rejects(client.patch(CONFIG_MAPS, map.metadata, {}), refused);
  await assert.rejects(client.apply(CONFIG_MAPS, map, { fieldManager: 'x' }), refused);
  await assert.rejects(client.delete(CONFIG_MAPS, map.metadata), refused);
  assert.equal(await client.find(CONFIG_MAPS, { namespace: 'n', name: 'y' }), undefined);
  assert.ok(await client.find(CONFIG_MAPS, map.metadata));
});
