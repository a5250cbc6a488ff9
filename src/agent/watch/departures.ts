/** Addresses of pods and gateways that were there and are no more: what leads to them cannot be answered any longer. */
import type { EndpointSlice, MemberCluster } from '#api/index.ts';
import { type Address, type Clock, inTurns, ip, parseIp } from '#kit/index.ts';
import { gatewaysFor } from '#plan/index.ts';
import type { ClusterView } from './cluster-view.ts';

export class Departures {
  readonly #view: Pick<ClusterView, 'slices' | 'members'>;
  readonly #self: string;
  readonly #left = new Set<Address>();

  /** @param told that somebody left */
  constructor(view: Pick<ClusterView, 'slices' | 'members'>, self: string, told: () => void) {
    this.#view = view;
    this.#self = self;
    const note = (before: readonly Address[], now: readonly Address[]): void => {
      const gone = before.filter((address) => !now.includes(address));
      for (const address of gone) this.#left.add(address);
      if (gone.length > 0) told();
    };
    view.slices.onChange(({ type, object, before }) => {
      if (before) note(podsOf(before), type === 'gone' ? [] : podsOf(object));
    });
    view.members.onChange(({ type, object, before }) => {
      if (before) note(this.#gatewaysOf(before), type === 'gone' ? [] : this.#gatewaysOf(object));
    });
  }

  /** Those of whom nothing was forgotten. */
  left(): ReadonlySet<Address> {
    return new Set(this.#left);
  }

  forget(addresses: Iterable<Address>): void {
    for (const address of addresses) this.#left.delete(address);
  }

  /** Those of the addresses that no slice and no gateway has, be it ready or not. */
  async absent(addresses: Iterable<Address>, clock: Clock): Promise<ReadonlySet<Address>> {
    const absent = new Set(addresses);
    if (absent.size === 0) return absent;
    for (const member of this.#view.members.list()) for (const one of this.#gatewaysOf(member)) absent.delete(one);
    for await (const slice of inTurns(this.#view.slices.list(), clock))
      for (const one of podsOf(slice)) absent.delete(one);
    return absent;
  }

  /** One without weight takes nothing new, and is there. */
  #gatewaysOf({ spec, status }: MemberCluster): Address[] {
    const gateways = status?.gateways?.map((gateway) => ({ ...gateway, weight: 1 }));
    return gatewaysFor({ spec, status: { ...status, ...(gateways && { gateways }) } }, this.#self).map(({ address }) =>
      ip(address),
    );
  }
}

function podsOf({ endpoints }: EndpointSlice): Address[] {
  return (endpoints ?? []).flatMap(({ addresses }) => addresses.flatMap((text) => parseIp(text) ?? []));
}
