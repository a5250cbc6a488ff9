/**
 * What gateways must find out about others. Nobody falls for a gateway whose own link alone is cut, nor while another gateway reaches
 * it all along. When nothing changes any more, everybody knows who is up and who is not.
 */
import { seeded } from '../time/random.ts';
import { type Links, steps } from './own-gateways.ts';
import { drawTroubles, isCut, lastChange, type Trouble, troublesOf } from './troubles.ts';

/** A part of the seeds: they have other things to find, too. */
const PROBED = 0.25;
const QUIET_MS = 8_000;
const LOOK_MS = 25;
/** 6 s: longer than one that went up and down has to answer until it is up. */
const LOOKS = 240;

export interface WrongVerdict {
  readonly at: number;
  readonly what: string;
  readonly troubles: readonly Trouble[];
}

export function wrongVerdict(seed: string): WrongVerdict | undefined {
  const random = seeded(`probes ${seed}`);
  if (!random.chance(PROBED)) return undefined;
  const owns = 2 + random.below(2);
  const members = Array.from({ length: 2 + random.below(2) }, (_, member) =>
    Array.from({ length: 1 + random.below(2) }, (_, gateway) => `192.0.2.${10 * member + gateway}`),
  );
  const targets = members.flatMap((addresses, member) =>
    addresses.map((address) => ({ cluster: `c${member}`, gateway: address, address, port: 9959 })),
  );
  const troubles = drawTroubles(random, owns, members);
  return firstWrong({ owns, targets, troubles, random });
}

function firstWrong(links: Links): WrongVerdict | undefined {
  const { targets, troubles } = links;
  const endsAt = lastChange(troubles) + QUIET_MS;
  const fallen = new Set<string>();
  for (const { now, agreed } of steps(links, endsAt))
    for (const [node, verdicts] of agreed.entries())
      for (const { cluster, address } of targets) {
        const verdict = verdicts[cluster]?.[address];
        const key = `${node} ${address}`;
        const wrong = [
          verdict === 'down' && !fallen.has(key) && wrongFall(links, address, now),
          now + LOOK_MS > endsAt && wrongEnd(links, address, now, verdict),
        ].find(Boolean);
        if (wrong) return { at: now, what: `node ${node} says ${verdict} of ${address}: ${wrong}`, troubles };
        if (verdict === 'down') fallen.add(key);
        else fallen.delete(key);
      }
  return undefined;
}

/** What a gateway knew when its own link was cut it says again once that is whole, until it has heard more. */
function wrongFall({ owns, troubles }: Links, peer: string, now: number): string | undefined {
  const looks = numbers(now / LOOK_MS).map((i) => now - i * LOOK_MS);
  const lately = looks.slice(0, LOOKS);
  const reaching = numbers(owns).find((own) => !lately.some((at) => isCut(troubles, own, peer, at)));
  if (reaching !== undefined) return `gateway ${reaching} reaches it`;
  const wasSilent = numbers(owns).some((own) => {
    const seen = looks.map((at) => troublesOf(troubles, own, peer, at)).filter((all) => !all.some(isOfOwnLink));
    return seen.slice(0, LOOKS).some((all) => all.length > 0);
  });
  return wasSilent ? undefined : 'only own links were cut';
}

function wrongEnd(
  { owns, targets, troubles }: Links,
  peer: string,
  now: number,
  verdict: string | undefined,
): string | undefined {
  const reaches = (address: string) => (own: number) => !isCut(troubles, own, address, now);
  if (numbers(owns).some(reaches(peer))) return verdict === 'up' ? undefined : 'it is reached';
  const canTell = targets.some(({ address }) => numbers(owns).some(reaches(address)));
  return !canTell || verdict === 'down' ? undefined : 'nobody reaches it, and others are reached';
}

function isOfOwnLink({ peer }: Trouble): boolean {
  return peer === undefined;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}
