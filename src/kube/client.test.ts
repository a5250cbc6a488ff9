import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { CONFIG_MAPS, type ConfigMap } from '#api/index.ts';
import { isFault, SealaneError } from '#kit/index.ts';
import { createClient } from './client.ts';
import { lines } from './lines.ts';
import { startSmallServer } from './test-server.ts';

const map = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'demo', name },
});

test('tells a missing, an existing and a changed object apart by code', async (t) => {
  const server = await startSmallServer();
  const client = createClient({ server: server.url });
  t.after(async () => {
    client.close();
    await server.close();
  });
  const ref = { namespace: 'demo', name: 'a' };
  await assert.rejects(client.get(CONFIG_MAPS, ref), (error) => isFault(error, 'kube/not-found'));
  assert.equal(await client.find(CONFIG_MAPS, ref), undefined);
  const made = await client.create(CONFIG_MAPS, map('a'));
  await assert.rejects(client.create(CONFIG_MAPS, map('a')), (error) => isFault(error, 'kube/exists'));
  await client.patch(CONFIG_MAPS, ref, { data: { x: '1' } });
  await assert.rejects(client.update(CONFIG_MAPS, made), (error) => isFault(error, 'kube/conflict'));
  assert.equal(await client.delete(CONFIG_MAPS, ref), true);
  assert.equal(await client.delete(CONFIG_MAPS, ref), false);
});

test('says which server cannot be reached, doing what', async () => {
  const client = createClient({ server: 'http://127.0.0.1:1' });
  await assert.rejects(client.get(CONFIG_MAPS, { namespace: 'demo', name: 'a' }), (error: unknown) => {
    assert.ok(error instanceof SealaneError);
    assert.equal(error.code, 'kube/unreachable');
    assert.match(error.message, /get .*configmaps\/a at http:\/\/127\.0\.0\.1:1: /);
    return true;
  });
});

test('names the fields that the server refuses', async (t) => {
  const server = await startSmallServer({
    intercept: (_request, response) => {
      const causes = [{ field: 'spec.weight', reason: 'FieldValueInvalid', message: 'must be a number' }];
      response.writeHead(422, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', message: 'a is invalid', reason: 'Invalid', details: { causes } }));
      return true;
    },
  });
  t.after(() => server.close());
  const client = createClient({ server: server.url });
  await assert.rejects(client.create(CONFIG_MAPS, map('a')), (error: unknown) => {
    assert.ok(isFault(error, 'kube/invalid'));
    assert.equal((error.fields['causes'] as { field: string }[])[0]?.field, 'spec.weight');
    return true;
  });
  client.close();
});

test('tries a kept connection that died once more on a new one', async (t) => {
  const server = await startSmallServer();
  const client = createClient({ server: server.url });
  t.after(async () => {
    client.close();
    await server.close();
  });
  await client.create(CONFIG_MAPS, map('a'));
  server.cut();
  assert.equal((await client.get(CONFIG_MAPS, { namespace: 'demo', name: 'a' })).metadata.name, 'a');
});

test('puts lines together whatever the pieces, also in the middle of a character', async () => {
  const bytes = Buffer.from('{"a":"ä€😀"}\n{"b":2}\n\n{"c":3}', 'utf8');
  for (let size = 1; size <= bytes.length; size++) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    const found: string[] = [];
    for await (const line of lines(asStream(pieces))) found.push(line);
    assert.deepEqual(found, ['{"a":"ä€😀"}', '{"b":2}', '{"c":3}']);
  }
});

async function* asStream(pieces: readonly Buffer[]) {
  for (const piece of pieces) yield piece;
}

test('brings no second HTTP client into the process', () => {
  const door = JSON.stringify(new URL('index.ts', import.meta.url).href);
  const script = `await import(${door}); console.log(process.moduleLoadList.filter((name) => name.includes('undici/undici')).length)`;
  assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim(), '0');
});
