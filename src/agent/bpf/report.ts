/** What `sealane bpf` answers, as data. */
import type { LoadFailure } from '../duties/load-failure.ts';

export interface BpfReport {
  /** Whether the machine counts runs and time of its programs. */
  readonly stats: boolean;
  readonly agents: readonly AgentPrograms[];
}

/** What one agent has put into the kernel; the agent may run or not. */
export interface AgentPrograms {
  readonly cluster: string;
  readonly node: string;
  readonly pinDir: string;
  readonly hooks: readonly HookReport[];
  readonly maps: readonly MapReport[];
  readonly refusals: readonly RefusalReport[];
  /** Why its last start could not load them; undefined when it could. */
  readonly failure?: LoadFailure;
}

/** One of our programs at the place it is attached to. */
export interface HookReport {
  readonly program: string;
  readonly id: number;
  /** `connect4`, `tcx ingress`, `clsact ingress`. */
  readonly hook: string;
  /** What happens when it runs, and what it does then. */
  readonly event: string;
  readonly does: string;
  /** The cgroup's folder, or `device@namespace`; what is known of it when it is gone. */
  readonly at: string;
  /** Everything that runs at this hook of this place, in order. */
  readonly order: readonly { readonly name: string; readonly id: number; readonly foreign: boolean }[];
  readonly verifiedInstructions: number;
  /** Since it was loaded, while statistics were on; or while it was watched. */
  readonly runs: number;
  readonly nanoseconds: number;
}

export interface MapReport {
  readonly name: string;
  /** Undefined where the kernel cannot count them. */
  readonly used?: number;
  readonly size: number;
  readonly bytes: number;
  readonly writer: 'agent' | 'kernel' | 'unknown';
  /** `state` outlives an upgrade and is never rebuilt; `config` the agent can write again. */
  readonly holds: 'state' | 'config';
}

export interface RefusalReport {
  readonly reason: string;
  readonly text: string;
  readonly count: number;
}

/** What `sealane bpf swap` answers. Runs are those counted while it was watched. */
export interface SwapReport {
  readonly program: string;
  /** The object's file, or `previous`. */
  readonly to: string;
  readonly watchMs: number;
  readonly places: readonly {
    readonly cluster: string;
    readonly node: string;
    readonly hook: string;
    readonly at: string;
    readonly before: { readonly id: number; readonly runs: number };
    readonly after: { readonly id: number; readonly runs: number };
  }[];
}
