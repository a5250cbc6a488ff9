import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CONFIG_MAPS, PODS, SERVICES } from '#api/index.ts';
import { run } from '#host/index.ts';
import { isFault, systemClock } from '#kit/index.ts';
import { createClient } from '#kube/index.ts';
import { startSmallServer } from '#kube/test-server.ts';
import { writeBundle } from './write-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealane-bundle-test-'));
after(() => rmSync(folder, { recursive: true }));

let planted = 0;
const secrets: string[] = [];
/** One that nothing else in the bundle looks like. */
function secret(): string {
  const made = `pl4nt3d${String(planted++).padStart(3, '0')}Zq`;
  secrets.push(made);
  return made;
}
const pem = (kind: string) =>
  `-----BEGIN ${kind}PRIVATE KEY-----\n${btoa(secret().repeat(6))}\n${secret()}\n-----END ${kind}PRIVATE KEY-----\n`;
const jwt = () => `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.${secret()}`;

function plantedText(): string {
  return [
    `{"level":30,"msg":"asks","authorization":"Bearer ${secret()}"}`,
    `{"level":30,"msg":${JSON.stringify(`key ${pem('EC ')}`)}}`,
    `Authorization: Basic ${btoa(`me:${secret()}`)}`,
    `GET https://me:${secret()}@example.com/path?token=${secret()}&x=1 with ${jwt()}`,
    `password: ${secret()} DB_PASSWORD=${secret()} --hub-token ${secret()} apiKey="${secret()} ${secret()}"`,
    pem(''),
    `client-key-data: ${btoa(pem('RSA '))}`,
    'the end of it',
  ].join('\n');
}

const kubeconfig = (server: string) => `apiVersion: v1
kind: Config
current-context: east
clusters: [{name: east, cluster: {server: "${server}"}}]
contexts: [{name: east, context: {cluster: east, user: me}}]
users:
- name: me
  user:
    token: ${secret()}
    username: me
    password: ${secret()}
    client-key-data: ${btoa(pem(''))}
`;

async function cluster() {
  const server = await startSmallServer();
  const client = createClient({ server: server.url });
  const applied = JSON.stringify({ stringData: { note: secret() } });
  const metadata = {
    namespace: 'shop',
    name: 'web',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied, 'example.com/api-token': secret() },
  };
  const container = {
    name: 'web',
    env: [{ name: 'PLAIN', value: secret() }],
    args: ['--password', secret(), `--token=${secret()}`],
  };
  await client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } });
  await client.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } });
  const data = { password: secret(), 'tls.key': pem(''), url: `https://me:${secret()}@x/` };
  const records = { namespace: 'sealane-system', name: 'sealane-records' };
  await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: records, data });
  client.close();
  return server;
}

test('no byte of a secret that was planted is in the bundle, and what is no secret is', async (t) => {
  const server = await cluster();
  t.after(() => server.close());
  const files = { log: join(folder, 'agent.log'), access: join(folder, 'kubeconfig'), config: join(folder, 'a.json') };
  // The bundle has the end of a log: this cut goes through a private key.
  const long = `-----BEGIN PRIVATE KEY-----\n${`${secret()}${'A'.repeat(50)}\n`.repeat(6000)}-----END PRIVATE KEY-----\n`;
  writeFileSync(files.log, long + plantedText());
  writeFileSync(files.access, kubeconfig(server.url));
  writeFileSync(files.config, JSON.stringify({ hubToken: secret(), nested: { privateKey: secret() }, node: 'node-1' }));
  const asked: string[] = [];
  const file = join(folder, 'bundle.tar.gz');
  const report = await writeBundle(
    {
      within: '/no agent has this/',
      clusters: [{ name: 'east', kubeconfig: files.access }],
      logs: [files.log, join(folder, 'none.log')],
      config: [files.config, files.access],
      version: '1.2.3',
      clock: systemClock,
    },
    file,
    (part) => asked.push(part),
  );

  const bytes = gunzipSync(readFileSync(file)).toString('latin1');
  const everyForm = secrets.flatMap((one) => [one, btoa(one).slice(0, -4), Buffer.from(one).toString('hex')]);
  assert.ok(secrets.length > 25);
  assert.deepEqual(
    everyForm.filter((form) => bytes.includes(form)),
    [],
  );
  assert.equal(statSync(file).mode & 0o777, 0o600);
  for (const kept of [
    'the end of it',
    '"node": "node-1"',
    '"name": "PLAIN"',
    '"sealane": "1.2.3"',
    'current-context',
  ]) {
    assert.ok(bytes.includes(kept), kept);
  }
  assert.deepEqual(Object.keys(report.failures), ['bpf.json', 'logs/none.log']);
  const left = await run('tar', ['-xzOf', file, 'bundle/LEFT-OUT.md']);
  assert.match(left, /## Not collected\n- bpf\.json: .*no agent.*\n- logs\/none\.log: .*no such file/);
  assert.match(left, /- clusters\/east\/pods\.json: \d+\n/);
  assert.ok(asked.length === report.parts && asked.length > 20, `${asked.length} parts`);
});

test('a bundle that cannot be written leaves nothing, and says so', async () => {
  const nowhere = join(folder, 'none', 'bundle.tar.gz');
  const nothing = { within: '/no agent/', clusters: [], logs: [], config: [], version: '1', clock: systemClock };
  await assert.rejects(
    writeBundle(nothing, nowhere, () => undefined),
    (error) => isFault(error, 'host/command-failed'),
  );
});
