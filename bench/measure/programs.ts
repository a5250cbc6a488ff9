/** What the kernel counts for our programs: nothing for a request on a kept connection, little for a connection. */
import { collectRunStats } from '#kernel/index.ts';
import type { Programs } from '../report/results.ts';
import { runsOf } from '../stage/lane-gateway.ts';
import type { Where } from '../stage/load-program.ts';
import type { Stage } from '../stage/stage.ts';
import { LANE_PORT, POD_PORT, VIP_PORT, VIPS } from '../stage/wires.ts';
import type { Context } from './context.ts';

const ROUNDS = 9;
const REQUESTS = 20_000;
const CONNECTIONS = 2_000;

export async function measurePrograms(context: Context): Promise<Programs> {
  const stage = await context.stage();
  const hooks = stage.caller.hooks.programs;
  const { route, lane } = stage.plan.wires;
  const from = `from=${route.callers} sources=2000`;
  const podAddress = `to=${route.pods[0]}:${POD_PORT} ${from}`;
  const costs = { runsPerRequest: [] as number[], vip: cost(), notOurs: cost(), gateway: cost() };
  const connect = async (to: string, where: Where, programs: typeof hooks, into: ReturnType<typeof cost>) => {
    const { runs, ns } = await counted(stage, `connections connections=8 count=${CONNECTIONS} ${to}`, where, programs);
    into.runs.push(runs / CONNECTIONS);
    into.ns.push(ns / CONNECTIONS);
  };
  using _counting = collectRunStats();
  for (let round = 0; round < (context.size.quick ? 2 : ROUNDS); round++) {
    context.signal.throwIfAborted();
    context.say(`programs, round ${round + 1}`);
    costs.runsPerRequest.push(await runsPerRequest(stage, `to=${VIPS.pod}:${VIP_PORT} ${from}`));
    await connect(`to=${VIPS.pod}:${VIP_PORT} ${from}`, stage.hooked, hooks, costs.vip);
    await connect(podAddress, stage.hooked, hooks, costs.notOurs);
    const toLane = `to=${lane.front}:${LANE_PORT} from=${lane.callers} sources=2000`;
    await connect(toLane, stage.plain, stage.lanes.lane.programs, costs.gateway);
  }
  return costs;
}

const cost = () => ({ ns: [] as number[], runs: [] as number[] });

/** The same connections with many requests and with one each: what is run more was run for requests. */
async function runsPerRequest(stage: Stage, to: string): Promise<number> {
  const hooks = stage.caller.hooks.programs;
  const few = await counted(stage, `requests connections=16 count=16 ${to}`, stage.hooked, hooks);
  const many = await counted(stage, `requests connections=16 count=${16 + REQUESTS} ${to}`, stage.hooked, hooks);
  return (many.runs - few.runs) / REQUESTS;
}

async function counted(
  stage: Stage,
  words: string,
  where: Where,
  programs: Parameters<typeof runsOf>[0],
): Promise<{ runs: number; ns: number }> {
  const before = runsOf(programs);
  await stage.load.measure(words, where);
  const after = runsOf(programs);
  return { runs: after.runs - before.runs, ns: after.ns - before.ns };
}
