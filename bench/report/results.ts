/** What a run of the benchmarks measured, as it is kept in `bench/results/*.json`. Series have an element a round, null where it failed. */
import type { PathName } from '../stage/path-names.ts';
import type { Series } from './statistics.ts';

export interface Results {
  readonly version: 1;
  /** RFC 3339 */
  readonly taken: string;
  readonly commit: string;
  /** Less was measured than a published run measures. */
  readonly quick: boolean;
  readonly seconds: number;
  readonly machine: Machine;
  /** What else the machine did. */
  readonly load: Load;
  readonly parts: Partial<Parts>;
  /** Why a part, or something in it, was not measured: by part, or `part: what`. */
  readonly failed: Readonly<Record<string, string>>;
}

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly virtual: boolean;
  readonly kernel: string;
  readonly system: string;
  readonly node: string;
  /** Version by name. */
  readonly programs: Readonly<Record<string, string>>;
}

export interface Load {
  /** Of one minute, before the first measurement and after the last. */
  readonly averageBefore: number;
  readonly averageAfter: number;
  /** Share of all processors that was busy in a second in which nothing was measured: before, then once a round. */
  readonly busyBetween: readonly number[];
}

export interface Parts {
  readonly paths: Paths;
  readonly programs: Programs;
  readonly failover: Failover;
  readonly pods: DeadPods;
  readonly connect: ConnectCost;
  readonly packets: PacketCost;
  readonly propagation: Propagation;
  readonly blind: Blind;
  readonly scale: Scale;
  readonly growth: Growth;
}

export interface Paths {
  readonly rounds: number;
  /** Requests a second of the latencies and of the processor's time for a request. */
  readonly rate: number;
  readonly of: Readonly<Record<PathName, PathSeries>>;
}

export interface PathSeries {
  /** A second, on 64 kept connections. */
  readonly requests: Series;
  /** A second, 64 at a time. */
  readonly connections: Series;
  /** Bits a second, 4 connections. */
  readonly throughput: Series;
  /** Microseconds, from when a request was due, at the fixed rate. */
  readonly p50: Series;
  readonly p90: Series;
  readonly p99: Series;
  readonly p999: Series;
  /** Microseconds of all processors for one request, at the fixed rate: both ends and all that is between. */
  readonly cpu: Series;
  /** Share of the processors that was idle while as many requests were made as could be. */
  readonly idle: Series;
  /** Share of what was busy then that the load program itself spent outside the kernel. */
  readonly tool: Series;
  /** Of new connections. */
  readonly refused: number;
}

/** What the kernel counts for our programs. */
export interface Programs {
  /** Runs of any program of ours for one request on a kept connection to a VIP. */
  readonly runsPerRequest: Series;
  /** Nanoseconds and runs of hooks for one connection. */
  readonly vip: ProgramCost;
  readonly notOurs: ProgramCost;
  /** Of the gateway's programs, for one connection with its request. */
  readonly gateway: ProgramCost;
}

export interface ProgramCost {
  readonly ns: Series;
  readonly runs: Series;
}

/** Milliseconds. */
export interface Failover {
  readonly faults: number;
  readonly rate: number;
  /** From the death to the last new connection that was still given to the dead gateway; one a fault. */
  readonly recovered: readonly number[];
  /** From the death (or connect(), if later) to the error; one for each connection that was being made. */
  readonly inFlight: readonly number[];
  /** From the first request without an answer (or the death, if later) to the error. */
  readonly kept: readonly number[];
  readonly failedConnects: number;
  readonly connects: number;
}

export interface DeadPods {
  readonly faults: number;
  readonly connects: number;
  readonly failed: number;
  /** Milliseconds of each connection that took more than 100. */
  readonly slow: readonly number[];
}

export interface ConnectCost {
  /** Of each kind of connection at each number of services: nanoseconds of all hooks, a round each. */
  readonly lines: readonly { readonly what: string; readonly services: number; readonly ns: readonly number[] }[];
  /** Of a program that does nothing, counted the same way. */
  readonly idleNs: readonly number[];
}

/** Nanoseconds for a packet of a known flow, by program. */
export type PacketCost = Readonly<Record<string, readonly number[]>>;

/** Milliseconds. */
export interface Propagation {
  /** From the patch of B's EndpointSlice to the word in the kernel of A's node. */
  readonly ready: readonly number[];
  /** From the patch of B's EndpointSlice to the word in the kernel of B's gateway. */
  readonly gone: readonly number[];
}

/** A caller's agents are down, and a gateway dies meanwhile. */
export interface Blind {
  readonly seconds: number;
  readonly calls: number;
  readonly failedBeforeDeath: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
}

/** As `bench/scale.ts` prints it. */
export interface Scale {
  readonly services: number;
  readonly backends: number;
  readonly starts: readonly Readonly<Record<string, number>>[];
}

/** Counted by the simulation, by number of members. */
export interface Growth {
  readonly points: readonly Readonly<Record<string, number>>[];
}
