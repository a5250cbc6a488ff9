/** The hooks of a caller's node, on the cgroup of the callers that use them, with the virtual addresses that are measured. */
import { type Hooks, loadHooks } from '#kernel/index.ts';
import { cidr } from '#kit/index.ts';
import { OBJECTS } from '#kernel/testing/test-arena.ts';
import { type TierSpec, World } from '#kernel/testing/world.ts';
import { EJECTED_MS, LANE_PORT, POD_PORT, VIP_PORT, VIPS, type WirePlan } from './wires.ts';

export interface CallerHooks {
  readonly hooks: Hooks;
  close(): void;
}

export function attachCallerHooks(plan: WirePlan, cgroup: string, pinDir: string): CallerHooks {
  const hooks = loadHooks({ objectDir: OBJECTS, pinDir, vipRanges: [cidr('240.10.0.0/16')] });
  const world = new World(hooks);
  const { route, lane, lane2 } = plan.wires;
  const gateway = (at: string, cluster: number) => ({ backends: [{ at, port: LANE_PORT, cluster }] });
  world.serve(VIPS.pod, VIP_PORT, 'tcp', [[{ backends: route.pods.map((at) => ({ at, port: POD_PORT })) }]]);
  world.serve(VIPS.lane, VIP_PORT, 'tcp', [[gateway(lane.front, 1)]]);
  const both: TierSpec = [gateway(lane.front, 1), gateway(lane2.front, 2)];
  const served = world.serve(VIPS.twoGateways, VIP_PORT, 'tcp', [both]);
  // The product's defaults, but for the length of an ejection, which only spaces the faults.
  world.limit(served, { failures: 3, percent: 50, resets: 1, baseMs: EJECTED_MS });
  const links = hooks.attach(cgroup);
  return {
    hooks,
    close() {
      for (const link of links) link.detach();
      hooks.close();
    },
  };
}
