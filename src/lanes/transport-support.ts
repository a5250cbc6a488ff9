import type { Transport } from './lane.ts';

/** Whether this build can carry a transport; `reason` and `message` are a condition's when it cannot. */
export type Support =
  | { readonly available: true; readonly reason: 'Available'; readonly message: string }
  | { readonly available: false; readonly reason: 'TransportUnavailable'; readonly message: string };

const unavailable = (message: string): Support => ({ available: false, reason: 'TransportUnavailable', message });

/** What each transport of `MemberCluster.spec.transport` can do here. What cannot be had is never silently replaced by plain. */
export function transportSupport(): Readonly<Record<Transport, Support>> {
  return {
    Plain: {
      available: true,
      reason: 'Available',
      message: 'packets travel as they are: neither encrypted nor authenticated',
    },
    WireGuard: unavailable(
      'WireGuard lanes are not built yet; write transport: Plain down for networks already private',
    ),
    MTLS: unavailable('mTLS lanes are not built yet; write transport: Plain down for networks already private'),
  };
}
