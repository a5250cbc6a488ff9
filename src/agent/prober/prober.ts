/** Asks and listens; what it means is decided by `advance`. */
import { randomFillSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type Clock, every, ip, type Log } from '#kit/index.ts';
import { advance, emptyProber, verdictsOf, withTargets } from './advance.ts';
import { JsonFile } from '../json-file.ts';
import { followFile, parseReport, parseTargets, type ProberReport } from './files.ts';
import type { Heard, ProberState, ProbeTarget, Step } from './model.ts';
import { NONCE_BYTES, nonceOfAnswer, questionOf } from './probe-packet.ts';
import { STEP_MS } from './pace.ts';
import { ProbeSockets, type ProbeSocketsOptions } from './probe-sockets.ts';

export interface ProberOptions extends Pick<ProbeSocketsOptions, 'listen'> {
  /** Own member. */
  readonly cluster: string;
  readonly targetsPath: string;
  readonly verdictsPath: string;
  /** When TCP last established a connection to a cluster, as `clock.monotonic()`. */
  readonly established: (cluster: string) => number | undefined;
  /** After each step. */
  readonly onStep: (step: Step) => void;
  readonly clock: Clock;
  readonly log: Log;
}

interface Asked {
  readonly id: number;
  readonly target: ProbeTarget;
  readonly at: number;
}

const TARGETS_MS = 250;
const FORGOTTEN_MS = 10_000;

/** @returns stop */
export function startProber(options: ProberOptions): () => void {
  const { clock, log, established, onStep } = options;
  const report = new JsonFile<ProberReport>(options.verdictsPath);
  const earlier = existsSync(options.verdictsPath)
    ? parseReport(readFileSync(options.verdictsPath, 'utf8')).verdicts
    : {};
  let state: ProberState = emptyProber(options.cluster, clock.monotonic());
  const asked = new Map<string, Asked>();
  let answers: Heard['answers'][number][] = [];

  const sockets = new ProbeSockets({
    ...options,
    onMessage(bytes, from) {
      const nonce = nonceOfAnswer(bytes) ?? '';
      const question = asked.get(nonce);
      if (!question || from.port !== question.target.port || ip(from.address) !== ip(question.target.address)) return;
      asked.delete(nonce);
      answers.push({ id: question.id, at: clock.monotonic() });
    },
  });

  const stopTargets = followFile(options.targetsPath, TARGETS_MS, clock, (text) => {
    state = withTargets(state, parseTargets(text), earlier);
    log.debug({ targets: state.watched.size }, 'targets read');
  });

  const stopSteps = every(clock, STEP_MS, () => {
    const now = clock.monotonic();
    const heard = { now, answers, established, random: () => clock.random() };
    answers = [];
    const step = advance(state, heard);
    state = step.state;
    for (const { id, target } of step.questions) send(id, target, now);
    forgetOld(asked, now);
    report.write({ verdicts: verdictsOf(state), ...(sockets.problem !== undefined && { problem: sockets.problem }) });
    onStep(step);
  });

  function send(id: number, target: ProbeTarget, at: number): void {
    const nonce = randomFillSync(Buffer.alloc(NONCE_BYTES));
    asked.set(nonce.toString('hex'), { id, target, at });
    sockets.send(questionOf(nonce), target);
  }

  return () => {
    stopTargets();
    stopSteps();
    sockets.close();
  };
}

/** The oldest come first. */
function forgetOld(asked: Map<string, Asked>, now: number): void {
  for (const [nonce, { at }] of asked) {
    if (now - at < FORGOTTEN_MS) return;
    asked.delete(nonce);
  }
}
