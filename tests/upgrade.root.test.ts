/** Agents are replaced by those of a newer build, with other tables, under load. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cgroup2Mount, type RunningProcess, startProcess, startTimeOf } from '#host/index.ts';
import { listLinks, openPinnedMap } from '#kernel/index.ts';
import type { ProcessSpec } from '#sandbox/supervise/index.ts';
import { demonstration, eventually } from './island-set.ts';
import { newerBuild } from './newer-build.ts';
import { keepConnections, startLoad } from './running-load.ts';

const CONNECTIONS = 20;
const set = await demonstration(`sltg${process.pid % 10_000}`);
const state = `/run/sealane/${set.name}`;
const pinsOf = ({ args }: ProcessSpec) => args[args.indexOf('--pin-dir') + 1] ?? '';

const started: RunningProcess[] = [];
after(() => started.forEach((one) => one.signal('SIGKILL')));

const agents = (JSON.parse(readFileSync(`${state}/processes.json`, 'utf8')) as ProcessSpec[]).filter(({ name }) =>
  name.startsWith('agent/'),
);

function mapOf(spec: ProcessSpec, name: string) {
  const map = openPinnedMap(`${pinsOf(spec)}/maps/${name}`);
  try {
    return { id: map.info.id, bytes: map.info.valueSize };
  } finally {
    map.close();
  }
}

const programsOf = (spec: ProcessSpec) => [...listLinks(pinsOf(spec)).values()].map(({ programId }) => programId);

const tablesOf = (spec: ProcessSpec) => ({
  backends: mapOf(spec, 'backends'),
  sockets: mapOf(spec, 'sockets'),
  flows: mapOf(spec, 'nat_flows'),
});

/** The old one is killed: it has no chance to hand anything over. */
async function replace(spec: ProcessSpec, bundle: string): Promise<void> {
  const before = new Set(programsOf(spec));
  await set.sandbox('fault', 'crash', spec.name);
  const agent = await startProcess({
    command: process.execPath,
    args: [bundle, ...spec.args],
    namespace: spec.namespace,
    cgroup: join(cgroup2Mount(), spec.cgroup),
    logFile: spec.logFile,
    directory: '/',
  });
  started.push(agent);
  await eventually(`the newer ${spec.name} to run its programs`, async () => {
    assert.ok(startTimeOf(agent.pid), `it ended: ${readFileSync(spec.logFile, 'utf8').slice(-2000)}`);
    return programsOf(spec).every((id) => !before.has(id)) || undefined;
  });
}

test('an upgrade to other tables fails no call and breaks no connection, DNS included', async () => {
  const build = await newerBuild();
  after(() => rmSync(build.root, { recursive: true }));
  const before = new Map(agents.map((spec) => [spec.name, tablesOf(spec)]));
  using load = await startLoad(set, { rate: 100 });
  using kept = await keepConnections(set, CONNECTIONS);
  await load.calm();
  for (const spec of agents) await replace(spec, build.bundle);
  await load.calm();
  const failed = (await load.end()).filter(({ failure }) => failure !== undefined);
  const { requests, broken } = await kept.end();
  assert.deepEqual(failed, []);
  assert.deepEqual(broken, []);
  assert.ok(requests > 30 * CONNECTIONS, `${requests} requests on kept connections`);
  for (const spec of agents) {
    const [was, is] = [before.get(spec.name), tablesOf(spec)];
    assert.ok(was);
    assert.notEqual(is.backends.id, was.backends.id, 'a table of the agent was made anew');
    assert.equal(is.backends.bytes, was.backends.bytes + 8);
    assert.deepEqual([is.sockets, is.flows], [was.sockets, was.flows], 'tables of the kernel are the same ones');
  }
});
