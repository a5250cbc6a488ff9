import type { Protocol } from './model.ts';

/** What is read of a `discovery.k8s.io/v1` EndpointSlice; such an object can be passed as it is. */
export interface SliceView {
  readonly metadata: {
    readonly name?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly addressType?: string;
  readonly ports?:
    | readonly { readonly name?: string | null; readonly protocol?: string; readonly port?: number | null }[]
    | null;
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[];
        readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
        readonly nodeName?: string;
      }[]
    | null;
}

export interface LocalPod {
  readonly address: string;
  /** Port on the pod (target port). */
  readonly port: number;
  /** Ready and not terminating. */
  readonly ready: boolean;
  /** Terminating but still serving: the last resort. */
  readonly servingTerminating: boolean;
  readonly terminating: boolean;
  readonly nodeName?: string;
}

/** The endpoints behind one service port. */
export interface LocalPort {
  /** Name of the service port; may be empty. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly pods: readonly LocalPod[];
  /** Ready and not terminating. */
  readonly ready: number;
  /** Not terminating. */
  readonly total: number;
}

/** Whether a slice holds this cluster's own endpoints: no multi-cluster tool (ours, Karmada's, …) imported it. */
export function isOwnSlice(slice: SliceView): boolean {
  throw new Error(`not written: ${slice.addressType}`);
}

/** The own endpoints of one Service per port name and protocol, out of all its slices; foreign slices are left out. Sorted. */
export function localEndpoints(slices: readonly SliceView[]): readonly LocalPort[] {
  throw new Error(`not written: ${slices.length}`);
}

/** The pods that may take a new connection: the ready ones; the serving-terminating ones only if none is ready. */
export function servingPods(pods: readonly LocalPod[]): readonly LocalPod[] {
  const ready = pods.filter((pod) => pod.ready);
  return ready.length > 0 ? ready : pods.filter((pod) => pod.servingTerminating);
}
