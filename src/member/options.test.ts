import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '#kit/index.ts';
import { createClient } from '#kube/index.ts';
import { runMember } from './main.ts';

const nobody = createClient({ server: 'https://127.0.0.1:1' });

/** With nobody to talk to it ends at once; options that make no sense are refused before. */
function started(options: { readonly cluster?: string; readonly vipRanges?: readonly string[] }): Promise<void> {
  const signal = AbortSignal.abort();
  return runMember({ cluster: 'east', client: nobody, hub: nobody, log: silentLog, signal, ...options });
}

test('a range of either family is taken when peers and services have room in it', async (t) => {
  t.after(() => nobody.close());
  for (const vipRange of ['240.10.0.0/23', 'fd00:240:10::/119', 'fd00:240:10::/64'])
    await started({ vipRanges: [vipRange] });
  for (const vipRange of ['240.10.0.0/24', 'fd00:240:10::/120'])
    await assert.rejects(started({ vipRanges: [vipRange] }), { code: 'kit/bad-range' }, vipRange);
});

test('a name that is no DNS label is refused', async () => {
  await assert.rejects(started({ cluster: 'East' }), { code: 'member/bad-name' });
});
