import type { MemberCluster } from '#api/index.ts';
import type { Gateway } from './model.ts';

/** Where another member reaches a cluster: an entry for each address of its gateways, those that take nothing left out. */
export function gatewaysFor({ spec, status }: Pick<MemberCluster, 'spec' | 'status'>, caller: string): Gateway[] {
  const override = spec?.addressOverrides?.[caller];
  return (status?.gateways ?? [])
    .filter(({ weight }) => weight !== 0)
    .flatMap(({ name, address, addresses = [address], weight = 100, probePort }) =>
      (override ? [override] : addresses).map((one) => ({
        name,
        address: one,
        weight,
        ...(probePort !== undefined && { probePort }),
      })),
    );
}
