/** What the node's resolver exports. */
import type { Outcome, ResolverCounts } from '#dns/index.ts';
import type { Counter, Metrics } from '#observe/index.ts';

/** What pods ask for; the rest is one type, or whoever asks would choose how many series there are. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
};
const CODES: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
};
const OTHER = 'other';

export function countAnswers(metrics: Metrics): (outcome: Outcome) => void {
  const forwarded = metrics.histogram('sealane_dns_forward_duration_seconds', {});
  const counters = new Map<number, Counter>();
  const counterOf = ({ type, rcode, forwardedMs }: Outcome): Counter => {
    const source = forwardedMs === undefined ? 'own' : 'forwarded';
    const labels = { type: TYPES[type] ?? OTHER, rcode: CODES[rcode] ?? OTHER, source };
    return metrics.counter('sealane_dns_answers_total', labels);
  };
  return (outcome) => {
    const { type, rcode, forwardedMs } = outcome;
    if (forwardedMs !== undefined) forwarded.observe(forwardedMs / 1000);
    // Text is made once for each combination: this runs for every question. 65,536 types, a bit, four bits.
    const key = (type in TYPES ? type : 0) * 32 + (forwardedMs === undefined ? 0 : 16) + rcode;
    const counter = counters.get(key) ?? counterOf(outcome);
    counters.set(key, counter);
    counter.add();
  };
}

export function countUnreadable(metrics: Metrics, counts: () => Readonly<ResolverCounts>): void {
  metrics.collect('messages', (report) => report('sealane_dns_unreadable_total', {}, counts().garbage));
}
