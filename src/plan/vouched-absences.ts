import { namesHash } from './names-hash.ts';

/** What a member says of its own list on one hub: `MemberCluster.status.published`. */
export interface PublishedMarker {
  readonly hubUID: string;
  readonly epoch: number;
  readonly count: number;
  /** Of `namesHash` over the hub names (`namespace.service`). */
  readonly hash: string;
}

export interface KnownExport {
  readonly cluster: string;
  /** `namespace.service`, as the replica is called on the hub. */
  readonly name: string;
  /** The record's epoch. */
  readonly epoch?: number;
}

export interface PublishingMember {
  readonly name: string;
  readonly removed: boolean;
  readonly published?: PublishedMarker;
}

export interface AbsenceInput {
  /** UID of the hub that the list came from. */
  readonly hubUID: string;
  /** Exports of other members that this member holds (in any state of belief). */
  readonly known: readonly KnownExport[];
  /** What the hub lists now, complete. */
  readonly listed: readonly KnownExport[];
  /** The MemberClusters that the hub or our mirror has. */
  readonly members: readonly PublishingMember[];
}

export interface AbsenceVerdict {
  /** Known exports that are truly gone. */
  readonly dropped: readonly KnownExport[];
  /** Known exports that the hub does not show but nobody vouches for: keep them, say `HubStateSuspect`. */
  readonly suspect: readonly (KnownExport & { readonly why: string })[];
}

/**
 * Absence is evidence only when the owner's own marker vouches for the very list that lacks it, or when the owner was removed.
 * An emptied, restored or recreated hub therefore drops nothing: its list does not match, its UID is another, or its marker is older
 * than what was seen before.
 */
export function vouchedAbsences({ hubUID, known, listed, members }: AbsenceInput): AbsenceVerdict {
  const names = Map.groupBy(listed, ({ cluster }) => cluster);
  const doubts = new Map(
    [...new Set(known.map(({ cluster }) => cluster))].map((cluster) => {
      const seen = Math.max(0, ...known.filter((one) => one.cluster === cluster).map(({ epoch = 0 }) => epoch));
      return [
        cluster,
        doubtOf(
          members.find(({ name }) => name === cluster),
          names.get(cluster) ?? [],
          hubUID,
          seen,
        ),
      ];
    }),
  );
  const present = new Set(listed.map(textOf));
  const removed = new Set(members.filter((member) => member.removed).map(({ name }) => name));
  const gone = known.filter((one) => removed.has(one.cluster) || !present.has(textOf(one)));
  return {
    dropped: gone.filter(({ cluster }) => doubts.get(cluster) === undefined),
    suspect: gone.flatMap((one) => {
      const why = doubts.get(one.cluster);
      return why === undefined ? [] : [{ ...one, why }];
    }),
  };
}

/** Why the list of one member's exports proves nothing; undefined when it does. */
function doubtOf(
  member: PublishingMember | undefined,
  listed: readonly KnownExport[],
  hubUID: string,
  seenEpoch: number,
): string | undefined {
  if (member?.removed) return undefined;
  const marker = member?.published;
  if (!marker) return 'its member has published no marker on this hub';
  if (marker.hubUID !== hubUID) return `its member's marker is for hub ${marker.hubUID}, this is ${hubUID}`;
  if (marker.epoch < seenEpoch)
    return `its member's marker is of epoch ${marker.epoch}, epoch ${seenEpoch} was seen before`;
  const names = [...new Set(listed.map(({ name }) => name))];
  if (marker.count !== names.length)
    return `its member published ${marker.count} exports, the hub lists ${names.length}`;
  return marker.hash === namesHash(names) ? undefined : 'the hub lists other exports than its member published';
}

function textOf({ cluster, name }: KnownExport): string {
  return `${cluster}/${name}`;
}
