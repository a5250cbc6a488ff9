import type { LocalPort } from './local-endpoints.ts';
import type { ExportedPort, Protocol, ServiceName } from './model.ts';

/** An own export as the gateway reads it from the member's record. */
export interface OwnExport extends ServiceName {
  readonly ports: readonly ExportedPort[];
}

export interface LocalService extends ServiceName {
  readonly ports: readonly LocalPort[];
}

/** One lane port of this cluster's gateways and the pods it leads to; no pods: refuse, counted. */
export interface Lane extends ServiceName {
  readonly lanePort: number;
  readonly protocol: Protocol;
  readonly portName: string;
  readonly pods: readonly { readonly address: string; readonly port: number; readonly nodeName?: string }[];
}

/** @returns lanes sorted by port; local endpoints only, never another lane */
export function gatewayModel(exports: readonly OwnExport[], services: readonly LocalService[]): readonly Lane[] {
  throw new Error(`not written: ${exports.length} ${services.length}`);
}
