import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '#kit/index.ts';
import { createMetrics } from '#observe/index.ts';
import { countAnswers } from './resolver-metrics.ts';

const linesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('sealane_dns_answers_total{'));

test('answers are counted by type, code and who gave them', async () => {
  const metrics = createMetrics('resolver', silentLog);
  const count = countAnswers(metrics);
  count({ type: 1, rcode: 0 });
  count({ type: 1, rcode: 0 });
  count({ type: 1, rcode: 0, forwardedMs: 3 });
  count({ type: 28, rcode: 3 });
  count({ type: 64, rcode: 0 });
  count({ type: 65, rcode: 0 });
  const text = await metrics.scrape();
  assert.deepEqual(linesOf(text), [
    'sealane_dns_answers_total{type="A",rcode="NOERROR",source="own"} 2',
    'sealane_dns_answers_total{type="A",rcode="NOERROR",source="forwarded"} 1',
    'sealane_dns_answers_total{type="AAAA",rcode="NXDOMAIN",source="own"} 1',
    'sealane_dns_answers_total{type="other",rcode="NOERROR",source="own"} 2',
  ]);
  assert.match(text, /^sealane_dns_forward_duration_seconds_bucket\{le="0\.01"\} 1$/m);
  assert.match(text, /^sealane_dns_forward_duration_seconds_count 1$/m);
});

test('whatever is asked, there are no more series than docs/metrics.md says', async () => {
  const metrics = createMetrics('resolver', silentLog);
  const count = countAnswers(metrics);
  for (let type = 0; type < 65_536; type += type < 512 ? 1 : 97) {
    for (let rcode = 0; rcode < 16; rcode++) {
      count({ type, rcode });
      count({ type, rcode, forwardedMs: 1 });
    }
  }
  assert.equal(linesOf(await metrics.scrape()).length, 9 * 7 * 2);
});
