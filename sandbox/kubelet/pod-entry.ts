/** What the parts of a kubelet share about one pod. */
import type { Clock, Log } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { PodStatus } from '#sandbox/workloads/index.ts';
import type { KubeletConfig } from './config.ts';
import type { ContainerRun } from './container-run.ts';
import type { Say } from './events.ts';
import type { PodNames } from './pod-files.ts';
import type { PodRecord, Records } from './records.ts';

export interface PodEntry {
  readonly record: PodRecord;
  /** Containers that run now, by name. */
  readonly runs: Map<string, ContainerRun>;
  readonly folder: string;
  readonly cgroup: string;
  /** Somebody turned its readiness off. */
  switchedOff: boolean;
  /** Set while it is being ended. */
  ending: Promise<void> | undefined;
  /** The status written last. */
  written: PodStatus | undefined;
}

export interface PodContext {
  readonly config: KubeletConfig;
  readonly podTool: readonly string[];
  /** Put behind the machine's own programs in every PATH. */
  readonly binFolder: string;
  readonly names: PodNames;
  readonly client: Client;
  readonly records: Records;
  readonly say: Say;
  readonly clock: Clock;
  readonly log: Log;
  /** Has the pod looked at again, now or later. */
  readonly wake: (uid: string, afterMs?: number) => void;
}
