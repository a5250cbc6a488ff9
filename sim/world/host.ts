/** Where processes run: what each of them is given. */
import type { Log } from '#kit/index.ts';
import type { Network } from '../net/network.ts';
import type { SimProcess, Skew } from './process.ts';

export interface Host {
  readonly network: Network;
  process(name: string, site: string, skew: Skew): SimProcess;
  log(process: SimProcess): Log;
}
