/** What happens in a run, as data: drawn from the seed before it begins, so that a shorter list is a run too. */
import type { PolicySpec } from '#plan/index.ts';

interface At {
  /** Milliseconds since the run began. */
  readonly at: number;
}

/** What people do. */
export type Deed = At &
  (
    | {
        readonly do: 'export';
        readonly cluster: string;
        readonly service: string;
        readonly ready: number;
        readonly total: number;
        /** Clients keep their backend: a setting on which exporters may differ. */
        readonly sticky?: boolean;
      }
    | {
        readonly do: 'unexport' | 'export-again' | 'delete-service';
        readonly cluster: string;
        readonly service: string;
      }
    | {
        readonly do: 'ready';
        readonly cluster: string;
        readonly service: string;
        readonly ready: number;
        readonly total: number;
      }
    | { readonly do: 'policy'; readonly cluster: string; readonly service: string; readonly spec: PolicySpec }
    | { readonly do: 'no-policy'; readonly cluster: string; readonly service: string }
    | { readonly do: 'make-namespace' | 'delete-namespace'; readonly cluster: string; readonly namespace: string }
    | { readonly do: 'drain'; readonly cluster: string; readonly on: boolean }
  );

/** What goes wrong, and for how long. */
export type Fault = At & { readonly ms: number } & (
    | { readonly do: 'cut-hub'; readonly cluster: string }
    | { readonly do: 'cut-local'; readonly cluster: string; readonly identity: string }
    | { readonly do: 'break-requests'; readonly cluster: string; readonly share: number }
    | { readonly do: 'slow'; readonly cluster: string; readonly factor: number }
    | { readonly do: 'kill-member' | 'end-member'; readonly cluster: string; readonly identity: string }
    | { readonly do: 'stall-member'; readonly cluster: string; readonly identity: string }
    | { readonly do: 'kill-agent' | 'reboot-node' | 'stall-agent'; readonly cluster: string; readonly node: number }
    | { readonly do: 'kill-hub' }
    | { readonly do: 'crash-server'; readonly server: string }
    | { readonly do: 'empty-hub' | 'wipe-hub-objects' | 'back-up-hub' | 'restore-hub' }
    | { readonly do: 'cut-watches'; readonly server: string; readonly share: number; readonly forget: boolean }
    | { readonly do: 'jump-clock'; readonly cluster: string; readonly byMs: number }
    | { readonly do: 'rebuild'; readonly cluster: string }
    | { readonly do: 'impostor'; readonly cluster: string }
  );

export type Step = Deed | Fault;

const DEEDS = new Set<string>([
  'export',
  'unexport',
  'export-again',
  'delete-service',
  'ready',
  'policy',
  'no-policy',
  'make-namespace',
  'delete-namespace',
  'drain',
]);

export function isDeed(step: Step): step is Deed {
  return DEEDS.has(step.do);
}

export function stepText({ at, do: what, ...rest }: Step): string {
  return `${(at / 1000).toFixed(3)} s ${what} ${JSON.stringify(rest)}`;
}
