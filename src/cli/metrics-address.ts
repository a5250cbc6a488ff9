/** `--metrics-address`: where a process serves what it counts. */
import { Option } from 'commander';
import { formatEndpoint, formatIp, type Log, parseEndpoint, SealaneError, systemClock } from '#kit/index.ts';
import {
  createMetrics,
  type Metrics,
  METRICS_PORT,
  type ProcessName,
  processMetrics,
  serveMetrics,
} from '#observe/index.ts';
import { version } from './version.ts';

const NONE = 'none';

/** @param of whose metrics they are; another process than the one that is started has its name in the flag */
export function metricsOption(of: ProcessName, flag = '--metrics-address'): Option {
  const about = flag === '--metrics-address' ? 'where' : `where the ${of}’s`;
  return new Option(`${flag} <ip:port>`, `${about} metrics are served over HTTP, to whoever may connect; or ${NONE}`)
    .default(`127.0.0.1:${METRICS_PORT[of]}`)
    .argParser(checkedAddress);
}

/** The metrics of this process, served at that address. */
export function startMetrics(of: ProcessName, address: string, log: Log): Metrics {
  const metrics = createMetrics(of, log);
  processMetrics(metrics, version());
  const at = address === NONE ? undefined : parseEndpoint(address, 0);
  if (at) serveMetrics(metrics, { address: formatIp(at.address), port: at.port }, systemClock, log);
  return metrics;
}

/** @throws `cli/bad-endpoint` */
function checkedAddress(text: string): string {
  const found = text === NONE ? undefined : parseEndpoint(text, 0);
  if (text === NONE) return NONE;
  if (found && found.port > 0) return formatEndpoint(formatIp(found.address), found.port);
  throw new SealaneError('cli/bad-endpoint', `read --metrics-address "${text}": not an address with a port`, {
    hint: `127.0.0.1:9954, [::1]:9954, or ${NONE}`,
  });
}
