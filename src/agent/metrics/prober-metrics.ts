/** What the prober exports: of each address of a peer's gateway what was asked, missed and found. */
import { familyOf, ip } from '#kit/index.ts';
import type { Metrics } from '#observe/index.ts';
import { suspectsItself, verdictsOf } from '../prober/advance.ts';
import { type ProberState, type ProbeTarget, type Step, targetKey } from '../prober/model.ts';

/** @returns to be called after each step */
export function proberMetrics(metrics: Metrics): (step: Step) => void {
  const counts = new Map<string, { sent: number; missed: number }>();
  let state: ProberState | undefined;
  metrics.gauge('sealane_prober_suspects_itself', {}, () => (state && suspectsItself(verdictsOf(state)) ? 1 : 0));
  metrics.collect('probes', (report) => {
    if (!state) return;
    report('sealane_prober_stalls_total', {}, state.stalls);
    const verdicts = verdictsOf(state);
    for (const [key, { target, rttMs }] of state.watched) {
      const { cluster, gateway, address } = target;
      const labels = { cluster, gateway, family: familyOf(ip(address)) };
      const { sent = 0, missed = 0 } = counts.get(key) ?? {};
      report('sealane_probes_total', labels, sent);
      report('sealane_probe_misses_total', labels, missed);
      if (rttMs !== undefined) report('sealane_probe_rtt_seconds', labels, rttMs / 1000);
      const verdict = verdicts[cluster]?.[address] ?? 'unknown';
      if (verdict !== 'unknown') report('sealane_peer_gateway_up', labels, verdict === 'up' ? 1 : 0);
    }
  });
  const count = (target: ProbeTarget, what: 'sent' | 'missed') => {
    const found = counts.get(targetKey(target)) ?? { sent: 0, missed: 0 };
    counts.set(targetKey(target), found);
    found[what]++;
  };
  return (step) => {
    state = step.state;
    for (const { target } of step.questions) count(target, 'sent');
    for (const target of step.missed) count(target, 'missed');
  };
}
