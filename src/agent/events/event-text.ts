/** An event as one line for people. Pure. */
import type { NamedEvent } from './named-event.ts';

const KIND = 'established'.length;

export function eventText(event: NamedEvent): string {
  const { time, cluster, node, event: kind } = event;
  const parts = [serviceOf(event), pathOf(event), servedBy(event), ...detailsOf(event)];
  return [time.slice(11, 23), `${cluster}/${node}`, kind.padEnd(KIND), ...parts.filter(Boolean)].join('  ');
}

function serviceOf({ namespace, service }: NamedEvent): string {
  return namespace === undefined ? (service ?? '') : `${namespace}/${service}`;
}

function pathOf({ source, destination, backend, protocol }: NamedEvent): string {
  return `${[source, destination, backend].filter((one) => one !== undefined).join(' → ')}${protocol ? ` ${protocol}` : ''}`;
}

function servedBy({ destinationCluster, tier }: NamedEvent): string {
  return destinationCluster === undefined ? '' : `by ${destinationCluster}, tier ${tier}`;
}

function detailsOf(event: NamedEvent): string[] {
  const { rttMs, lastedMs, bytesSent, bytesReceived, reason, text, device } = event;
  return [
    rttMs === undefined ? '' : `rtt ${round(rttMs)} ms`,
    lastedMs === undefined ? '' : `after ${round(lastedMs)} ms`,
    bytesSent === undefined ? '' : `${bytesSent} bytes sent, ${bytesReceived} received`,
    reason === undefined ? '' : `${reason}: ${text}`,
    device === undefined ? '' : `device ${device}`,
    evidenceOf(event),
  ];
}

function evidenceOf({ event, connectFailures, answerFailures, times, ejectedMs }: NamedEvent): string {
  if (event !== 'ejected') return '';
  const failures = [
    `${connectFailures} failed to connect`,
    answerFailures ? `${answerFailures} without an answer` : '',
  ];
  const often = times === 1 ? 'for the first time' : `time ${times} in a row`;
  return `${failures.filter(Boolean).join(', ')} in a row; ${often}, for ${round((ejectedMs ?? 0) / 1000)} s`;
}

function round(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
