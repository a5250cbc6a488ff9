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

export interface AbsenceInput {
  /** UID of the hub that the list came from. */
  readonly hubUID: string;
  /** Exports of other members that this member holds (in any state of belief). */
  readonly known: readonly KnownExport[];
  /** What the hub lists now, complete. */
  readonly listed: readonly KnownExport[];
  /** The MemberClusters that the hub or our mirror has. */
  readonly members: readonly {
    readonly name: string;
    readonly removed: boolean;
    readonly published?: PublishedMarker;
  }[];
}

export interface AbsenceVerdict {
  /** Known exports that are truly gone. */
  readonly dropped: readonly KnownExport[];
  /** Known exports that the hub does not show but nobody vouches for: keep them, say `HubStateSuspect`. */
  readonly suspect: readonly (KnownExport & { readonly why: string })[];
}

/** Absence is evidence only when the owner's marker vouches for the list, or the owner was removed. An emptied hub drops nothing. */
export function vouchedAbsences(input: AbsenceInput): AbsenceVerdict {
  throw new Error(`not written: ${input.hubUID}`);
}

/** 16 hexadecimal digits over a set of names; order and repetition do not matter. */
export function namesHash(names: readonly string[]): string {
  throw new Error(`not written: ${names.length}`);
}
