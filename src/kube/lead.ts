/** Runs something while this process is the one that holds a Lease. */
import { type Clock, type Log, messageOf, sleep, systemClock } from '#kit/index.ts';
import type { Client } from './client.ts';
import { type Claim, release, type Seen, tryClaim } from './lease.ts';

export interface LeadOptions extends Omit<Claim, 'durationSeconds'> {
  readonly durationSeconds?: number;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly signal: AbortSignal;
  /**
   * Called each time the Lease is won; its signal fires when it is lost. Must come to an end then.
   *
   * @param holds whether nobody else can have won it yet: ask before each write (`fenced`)
   */
  readonly run: (signal: AbortSignal, holds: () => boolean) => Promise<void>;
}

/**
 * Resolves when `signal` fires. A leader that cannot renew goes on until its Lease runs out, and no longer: another process may
 * reach the API server and win, while this one still reaches other servers. A process that was stopped in the middle may
 * go on before its timers do: it asks `holds` before it writes.
 */
export async function lead(client: Client, options: LeadOptions): Promise<void> {
  const { clock = systemClock, log, signal, run } = options;
  const claim: Claim = { ...options, durationSeconds: options.durationSeconds ?? 15 };
  const seen: Seen = { version: '', since: clock.monotonic(), rival: false };
  const renewMs = (claim.durationSeconds * 1000) / 5;
  let heldUntil = 0;
  const holds = () => clock.monotonic() < heldUntil;
  let term: { readonly lose: AbortController; readonly ended: Promise<void> } | undefined;
  let keepTerm = () => {};

  /** Counted from when the renewal was asked for: the server may have taken it at once. */
  const renewed = (askedAt: number) => {
    heldUntil = askedAt + claim.durationSeconds * 1000;
    keepTerm();
    keepTerm = clock.after(heldUntil - clock.monotonic(), () => {
      log?.warn({ lease: `${claim.namespace}/${claim.name}` }, 'no longer leading: the lease could not be renewed');
      term?.lose.abort();
    });
  };

  const begin = () => {
    log?.info({ lease: `${claim.namespace}/${claim.name}` }, 'leading');
    const lose = new AbortController();
    // What an earlier term has left unfinished does not go on in a later one.
    const stillHolds = () => !lose.signal.aborted && holds();
    const ended = run(AbortSignal.any([signal, lose.signal]), stillHolds).catch((error: unknown) => {
      log?.error({ err: error }, 'leading ended with an error');
    });
    return { lose, ended };
  };

  const end = async () => {
    keepTerm();
    if (!term) return;
    term.lose.abort();
    await term.ended;
    term = undefined;
  };

  while (!signal.aborted) {
    const askedAt = clock.monotonic();
    const ours = await tryClaim(client, claim, seen, term !== undefined, clock).catch((error: unknown) => {
      log?.debug({ reason: messageOf(error) }, 'lease not renewed, will be tried again');
      return undefined;
    });
    if (signal.aborted) break;
    if (term?.lose.signal.aborted) await end();
    if (ours === true) {
      renewed(askedAt);
      term ??= begin();
    }
    if (ours === false && term) {
      log?.warn({ lease: `${claim.namespace}/${claim.name}` }, 'no longer leading: another process holds the lease');
      heldUntil = 0;
      await end();
    }
    await sleep(clock, ours === undefined ? Math.min(renewMs, 500) : renewMs, signal);
  }
  if (!term) return;
  await end();
  await release(client, claim, clock).catch((error: unknown) => {
    log?.debug({ reason: messageOf(error) }, 'lease not released, it will run out');
  });
}
