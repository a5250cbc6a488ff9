import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ANNOTATION_EVICTION, EVICT_AT_ONCE, KARMADA_CLUSTERS } from '#api/index.ts';
import { createAuthority } from '#identity/index.ts';
import { silentLog } from '#kit/index.ts';
import { applyJsonPatch, type Json } from '#objects/index.ts';
import { startTestServer } from '../../../member/test-api-server.ts';
import { serveAdmission } from './serve-admission.ts';

interface Answer {
  readonly status: number;
  readonly body: { readonly response: { readonly uid?: string; readonly allowed?: boolean; readonly patch?: string } };
}

async function serving(t: TestContext) {
  const server = await startTestServer('hub', { karmada: true });
  const client = server.client();
  const authority = await createAuthority('test');
  const { certificate, key } = await authority.issue({
    commonName: 'hub',
    addresses: ['127.0.0.1'],
    usages: ['server'],
  });
  const folder = mkdtempSync('/tmp/sealane-admission-');
  const [certificateFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, key);
  const options = { address: '127.0.0.1', port: 0, certificateFile, keyFile, client, log: silentLog };
  await assert.rejects(serveAdmission({ ...options, keyFile: certificateFile }), { code: 'hub/bad-certificate' });
  const admission = await serveAdmission(options);
  t.after(async () => {
    rmSync(folder, { recursive: true });
    await admission.close();
    client.close();
    await server.close();
  });
  const ask = (body: string) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: admission.port, method: 'POST', path: '/', ca: authority.certificate },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  return { client, ask };
}

const task = { fromCluster: 'a', reason: 'TaintUntolerated', producer: 'TaintManager', gracePeriodSeconds: 60 };
const binding = (gracefulEvictionTasks: object[]) => ({ spec: { clusters: [{ name: 'b' }], gracefulEvictionTasks } });
const review = (before: object, after: object) =>
  JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'u-1', operation: 'UPDATE', oldObject: before, object: after },
  });

/** The object as the API server would go on with it. */
function admitted(after: object, { body }: Answer): unknown {
  const { patch } = body.response;
  if (patch === undefined) return after;
  const steps = JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) as Json;
  const result = applyJsonPatch(after as Json, steps as never);
  return (result as { value?: unknown }).value ?? result;
}

test('an eviction by a taint is held before anybody can act on it', async (t) => {
  const { ask } = await serving(t);
  const after = binding([task]);
  const answer = await ask(review({ spec: {} }, after));
  assert.equal(answer.body.response.uid, 'u-1');
  assert.equal(answer.body.response.allowed, true);
  const { gracePeriodSeconds: _, ...rest } = task;
  assert.deepEqual(admitted(after, answer), binding([{ ...rest, suppressDeletion: true }]));
});

test('nothing else is changed', async (t) => {
  const { ask, client } = await serving(t);
  await client.create(KARMADA_CLUSTERS, {
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'a', annotations: { [ANNOTATION_EVICTION]: EVICT_AT_ONCE } },
  });
  const bodies = [review(binding([task]), binding([task])), review({}, binding([task])), review({}, {})];
  for (const body of bodies) assert.deepEqual(Object.keys((await ask(body)).body.response), ['uid', 'allowed']);
});

test('what is no review is refused with a reason', async (t) => {
  const { ask } = await serving(t);
  for (const body of ['', '{}', '[]', '{"request": 7}', 'x']) assert.equal((await ask(body)).status, 400, body);
});

test('however many clusters a question names, Karmada is asked once; one that is too long is refused', async (t) => {
  const { ask, client } = await serving(t);
  const list = t.mock.method(client, 'list');
  const leaving = Array.from({ length: 5000 }, (_, i) => ({ ...task, fromCluster: `c${i}` }));
  assert.equal((await ask(review({}, binding(leaving)))).status, 200);
  assert.equal(list.mock.callCount(), 1);
  assert.equal((await ask(' '.repeat(4 * 1024 * 1024))).status, 400);
});
