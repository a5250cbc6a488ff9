import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Lease } from '#api/index.ts';
import { type Clock, silentLog } from '#kit/index.ts';
import type { Verdict, Verdicts } from '#plan/index.ts';
import { PeerVerdicts } from './peer-verdicts.ts';

const of = (verdict: Verdict): Verdicts => ({ east: { '192.0.2.1': verdict } });

interface Given {
  readonly gateway?: boolean;
  readonly before?: Verdicts;
  /** Whether Leases have been read. */
  readonly synced?: boolean;
}

function stage(t: TestContext, { gateway = false, before, synced = true }: Given = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'peer-verdicts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [agreedPath, reportPath] = [join(folder, 'verdicts.json'), join(folder, 'report.json')];
  if (before) writeFileSync(agreedPath, JSON.stringify(before));
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  const clock = {
    monotonic: () => now,
    after(ms: number, run: () => void) {
      const entry = { at: now + ms, run };
      due.push(entry);
      return () => void (due = due.filter((one) => one !== entry));
    },
  } as unknown as Clock;
  const leases = new Map<string, Lease>();
  let tell: (change: { key: string }) => void = () => {};
  const cache = {
    synced,
    list: () => [...leases.values()],
    onChange(listener: typeof tell) {
      tell = listener;
      return () => {};
    },
  };
  const problems: (string | undefined)[] = [];
  const verdicts = new PeerVerdicts({
    node: 'n1',
    leases: cache as unknown as ConstructorParameters<typeof PeerVerdicts>[0]['leases'],
    reportPath: gateway ? reportPath : undefined,
    agreedPath,
    onProblem: (problem) => void problems.push(problem),
    clock,
    log: silentLog,
  });
  return {
    verdicts,
    problems,
    cache,
    agreed: () => verdicts.current['east']?.['192.0.2.1'],
    written: () => JSON.parse(readFileSync(agreedPath, 'utf8')) as Verdicts,
    report(value: Verdicts, problem?: string) {
      writeFileSync(`${reportPath}.new`, JSON.stringify({ verdicts: value, problem }));
      renameSync(`${reportPath}.new`, reportPath);
    },
    lease(node: string, text: string) {
      const metadata = {
        namespace: 'sealane-system',
        name: `agent-${node}`,
        annotations: { 'sealane.dev/verdicts': text },
      };
      leases.set(node, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata });
      tell({ key: `sealane-system/agent-${node}` });
    },
    /** The node is no gateway any more. */
    noLease(node: string) {
      leases.delete(node);
      tell({ key: `sealane-system/agent-${node}` });
    },
    /** Timers of that time run, with what they wait for. */
    async pass(ms: number) {
      for (const end = now + ms; now < end; now += 50) {
        const ready = due.filter(({ at }) => at <= now);
        due = due.filter(({ at }) => at > now);
        for (const { run } of ready) run();
        await new Promise(setImmediate);
      }
    },
  };
}

test('a gateway hears its own prober at once, and leaves the word of its own Lease', async (t) => {
  const at = stage(t, { gateway: true });
  let told = 0;
  at.verdicts.onChange(() => told++);
  at.lease('n1', JSON.stringify(of('up')));
  at.report(of('down'));
  await at.pass(200);
  assert.deepEqual([at.agreed(), at.verdicts.own, at.written()], ['down', of('down'), of('down')]);
  assert.ok(told > 0);
  at.verdicts.stop();
});

test('why the own prober cannot ask is passed on once, and that it can again', async (t) => {
  const at = stage(t, { gateway: true });
  for (const [verdict, problem] of [['up'], ['unknown', 'taken'], ['down', 'taken'], ['up']] as const) {
    at.report(of(verdict), problem);
    await at.pass(200);
  }
  assert.deepEqual(at.problems, ['taken', undefined]);
  at.verdicts.stop();
});

test('another gateway that says up is believed, until its Lease is old', async (t) => {
  const at = stage(t, { gateway: true });
  at.lease('n2', JSON.stringify(of('up')));
  at.report(of('down'));
  await at.pass(200);
  assert.equal(at.agreed(), 'up');
  await at.pass(60_000);
  assert.equal(at.agreed(), 'down');
  at.verdicts.stop();
});

test('a node without prober has it from the Leases; nonsense in one says nothing', (t) => {
  const at = stage(t);
  at.lease('n2', JSON.stringify(of('down')));
  at.lease('n3', 'none of this');
  assert.equal(at.agreed(), 'down');
  at.verdicts.stop();
});

test('what was agreed before holds over a restart, and while nobody can tell', async (t) => {
  const at = stage(t, { before: of('down'), synced: false });
  assert.equal(at.agreed(), 'down');
  at.cache.synced = true;
  at.lease('n2', JSON.stringify(of('unknown')));
  assert.equal(at.agreed(), 'down');
  await at.pass(60_000);
  assert.equal(at.agreed(), 'down', 'its Lease is old');
  at.verdicts.stop();
});

test('without any gateway nothing is agreed; one that has not heard its prober yet is one', async (t) => {
  const at = stage(t);
  at.lease('n2', JSON.stringify(of('down')));
  at.lease('n3', JSON.stringify(of('down')));
  at.noLease('n3');
  assert.equal(at.agreed(), 'down');
  at.noLease('n2');
  assert.deepEqual([at.verdicts.current, at.written()], [{}, {}]);
  at.verdicts.stop();
  const starting = stage(t, { gateway: true, before: of('down') });
  await starting.pass(2_000);
  assert.equal(starting.agreed(), 'down');
  starting.verdicts.stop();
});

test('before the Leases have been read nothing is decided: one of them may say up', (t) => {
  const at = stage(t, { synced: false });
  at.lease('n2', JSON.stringify(of('down')));
  assert.equal(at.agreed(), undefined);
  at.verdicts.stop();
});
