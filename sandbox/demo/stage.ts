/** What every scene works with. */
import type { Clock } from '#kit/index.ts';
import { type Access, type Client, createClient, readKubeconfig } from '#kube/index.ts';
import { awaitAll, type Condition, readTopologyState, statePaths } from '#sandbox/supervise/index.ts';
import type { StepResult } from './results.ts';
import type { Screen } from './screen.ts';

export interface Connected {
  readonly client: Client;
  readonly access: Access;
}

export interface Stage {
  readonly sandbox: string;
  readonly clock: Clock;
  readonly screen: Screen;
  readonly hub: Client;
  readonly clusters: readonly string[];
  member(name: string): Connected;
  /** Keeps a result. */
  note(result: StepResult): void;
  /** @throws `sandbox/not-ready` naming what is missing */
  until(timeoutMs: number, ...conditions: readonly Condition[]): Promise<void>;
  close(): void;
}

export function setStage(sandbox: string, { clock, screen, note }: Pick<Stage, 'clock' | 'screen' | 'note'>): Stage {
  const { kubeconfig } = statePaths(sandbox);
  const clusters = readTopologyState(sandbox).clusters.map(({ name }) => name);
  const connect = (context: string): Connected => {
    const access = readKubeconfig(kubeconfig, { context });
    return { access, client: createClient(access) };
  };
  const hub = connect('hub');
  const members = new Map(clusters.map((name) => [name, connect(name)]));
  return {
    sandbox,
    clock,
    screen,
    hub: hub.client,
    clusters,
    member: (name) => members.get(name) as Connected,
    note,
    until: (timeoutMs, ...conditions) => awaitAll(conditions, timeoutMs, clock),
    close() {
      for (const { client } of [hub, ...members.values()]) client.close();
    },
  };
}
