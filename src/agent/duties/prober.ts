/** The gateway's prober: whom it asks is written into a file for it, as the mirrored MemberClusters say. */
import { rmSync } from 'node:fs';
import type { MemberCluster } from '#api/index.ts';
import { otherTraffic, type PortRange } from '#explain/index.ts';
import { familyOfText, formatEndpoint, SealaneError } from '#kit/index.ts';
import type { Cache } from '#kube/index.ts';
import { gatewaysFor } from '#plan/index.ts';
import { JsonFile } from '../json-file.ts';
import type { ProbeTarget } from '../prober/model.ts';
import { endKept, keepProcess, type KeptProcess } from './keep-process.ts';

export interface ProberProcessOptions extends Pick<KeptProcess, 'stateDir' | 'clock' | 'log'> {
  readonly cluster: string;
  /** Of this gateway. */
  readonly addresses: readonly string[];
  readonly probePort: number;
  readonly pinDir: string;
  /** `address:port`, `[address]:port` or `none` */
  readonly metricsAddress: string;
}

const PROBER = 'prober';

export const proberFiles = (stateDir: string) => ({
  targets: `${stateDir}/probe-targets.json`,
  report: `${stateDir}/probe-report.json`,
});

/** Keeps a prober running until the returned function is called; the prober then goes on without us. */
function keepProber({ stateDir, clock, log, ...told }: ProberProcessOptions): () => void {
  const { targets, report } = proberFiles(stateDir);
  const { cluster, addresses, probePort, pinDir, metricsAddress } = told;
  const args = [
    'prober',
    ...['--cluster', cluster, '--listen', addresses.map((one) => formatEndpoint(one, probePort)).join(',')],
    ...['--targets', targets, '--report', report, '--numbers', `${stateDir}/clusters.json`],
    ...['--pin-dir', pinDir, '--metrics-address', metricsAddress],
  ];
  return keepProcess({ name: PROBER, stateDir, clock, log, args });
}

/** Keeps the prober and tells it whom to ask, until the returned function is called. */
export function startProbing(options: ProberProcessOptions, members: Cache<MemberCluster>): () => void {
  const file = new JsonFile<readonly ProbeTarget[]>(proberFiles(options.stateDir).targets);
  const write = () => file.write(probeTargets(members.list(), options));
  write();
  const stops = [members.onChange(write), keepProber(options)];
  return () => stops.forEach((stop) => stop());
}

/** The node is no gateway, or none any more: nobody is asked, and what was found out is nobody's word. */
export async function endProbing({ stateDir, clock }: Pick<KeptProcess, 'stateDir' | 'clock'>): Promise<void> {
  await endKept({ stateDir, name: PROBER, clock });
  for (const path of Object.values(proberFiles(stateDir))) rmSync(path, { force: true });
}

interface Asking {
  readonly cluster: string;
  readonly addresses: readonly string[];
}

/** Every address of every gateway that says where it answers, this one left out, in the families that this one has. */
export function probeTargets(members: readonly MemberCluster[], { cluster, addresses }: Asking): ProbeTarget[] {
  const families = new Set(addresses.map(familyOfText));
  return members
    .filter(({ spec }) => !spec?.removed)
    .flatMap(({ metadata, spec, status }) =>
      gatewaysFor({ ...(spec && { spec }), ...(status && { status }) }, cluster).flatMap(
        ({ name, address, probePort }) =>
          probePort === undefined || addresses.includes(address) || !families.has(familyOfText(address))
            ? []
            : [{ cluster: metadata.name, gateway: name, address, port: probePort }],
      ),
    );
}

/** @throws `agent/probe-port` when traffic of another kind arrives there */
export function requireProbePort(port: number, lanePorts: PortRange): void {
  const other = otherTraffic(port, lanePorts);
  if (other !== undefined)
    throw new SealaneError('agent/probe-port', `answer probes at port ${port}: ${other}`, {
      hint: 'choose another with --probe-port; the default is 9959',
    });
}
