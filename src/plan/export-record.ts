import type { ClusterExportSpec } from '#api/index.ts';
import type { ExportedPort, ExportRecord } from './model.ts';

/** The words of plan for a spec that is known to be sound. */
export function exportRecord(spec: ClusterExportSpec): ExportRecord {
  const {
    service,
    ports,
    endpoints,
    epoch: _,
    withdrawn: __,
    exportUID: ___,
    endpointsLeftOut: ____,
    ...settings
  } = spec;
  const named = <T extends { readonly name?: string }>(port: T) => ({ ...port, name: port.name ?? '' });
  return {
    ...settings,
    ...service,
    ports: ports.map((port): ExportedPort => named(port)),
    ...(endpoints && { endpoints: endpoints.map((one) => ({ ...one, ports: one.ports.map(named) })) }),
  };
}
