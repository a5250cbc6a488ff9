/** How soon a pod of B that becomes ready is in the kernel of A's node, and one that goes is out of the kernel of B's gateway. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINT_SLICES } from '#api/index.ts';
import { sleep, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { Propagation } from '../../report/results.ts';
import type { Context } from '../context.ts';
import type { Sandbox } from './sandbox.ts';
import { type WatchedTables, watchTables } from './watched-tables.ts';

const CHANGES = 50;
const SLICE = { namespace: 'httpbin', name: 'toggled-0' };
const ADDRESS = '10.244.0.250';
/** Nothing else changes within so long after a change. */
const QUIET_MS = 300;

export async function measurePropagation(context: Context, sandbox: Sandbox): Promise<Propagation> {
  const caller = watchTables([sandbox.pins('cluster-2', 'node-1')], ['services', 'tiers', 'groups']);
  const gateways = ['node-1', 'node-2'].map((node) => sandbox.pins('cluster-1', node));
  const gateway = watchTables(gateways.filter(hasGateway), ['lanes', 'lane_pods']);
  await prepare(sandbox, caller);
  await quiet(caller, gateway);
  const client = sandbox.client('cluster-1');
  const [ready, gone]: [number[], number[]] = [[], []];
  for (let i = 0; i < (context.size.quick ? 5 : CHANGES); i++) {
    context.signal.throwIfAborted();
    context.say(`propagation, change ${i + 1}`);
    gone.push(await changeAndSee(client, false, gateway));
    await quiet(caller, gateway);
    ready.push(await changeAndSee(client, true, caller));
    await quiet(caller, gateway);
  }
  return { ready, gone };
}

function hasGateway(pins: string): boolean {
  return existsSync(`${pins}/maps/lanes`);
}

async function prepare({ command }: Sandbox, caller: WatchedTables): Promise<void> {
  const file = (name: string) => join(import.meta.dirname, name);
  caller.note();
  await command(['apply', '-f', file('exported.yaml'), '--context', 'cluster-1']);
  await command(['apply', '-f', file('called.yaml'), '--context', 'cluster-2']);
  await caller.change();
}

/** @returns milliseconds from the request to the API server of B */
async function changeAndSee(client: Client, ready: boolean, tables: WatchedTables): Promise<number> {
  tables.note();
  const conditions = { ready, serving: ready, terminating: false };
  const sent = performance.now();
  const seen = tables.change();
  await client.patch(ENDPOINT_SLICES, SLICE, { endpoints: [{ addresses: [ADDRESS], conditions }] });
  return (await seen) - sent;
}

/** Until nothing changes for a while: what followed the last change is not taken for the next. */
async function quiet(...all: readonly WatchedTables[]): Promise<void> {
  do {
    for (const tables of all) tables.note();
    await sleep(systemClock, QUIET_MS);
  } while (all.some((tables) => tables.changed()));
}
