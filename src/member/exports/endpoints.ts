/** The pods of a headless export, each with the address that stands for it in other members. */
import { type Family, familyOf, parseIp } from '#kit/index.ts';
import {
  type ExportedEndpoint,
  headlessEndpoints,
  isSubstituteOf,
  needsSubstitutes,
  pickSubstitute,
} from '#plan/index.ts';
import { ownSlices } from '../caches.ts';
import { allMembers, type MemberState, memberCluster } from '../member-state.ts';
import { ownPodRanges } from '../clusters/pod-ranges.ts';
import type { Draft } from './draft.ts';

export interface Endpoints {
  readonly endpoints: readonly ExportedEndpoint[];
  readonly leftOut: number;
}

export interface OwnEndpoints {
  /** None for a service that is not headless. @param key `namespace/name` */
  of(key: string, draft: Draft): Endpoints;
  /** It is no longer exported. */
  forget(key: string): void;
}

const NONE: Endpoints = { endpoints: [], leftOut: 0 };

/**
 * A substitute stays as long as its record says it, over restarts too. One that was let go may be given again at once: whoever still
 * holds it reaches a lane port of the old endpoint, which rests.
 */
export function createEndpoints(state: MemberState): OwnEndpoints {
  const { caches } = state;
  const given = new Map<string, Map<string, string>>();
  for (const { spec } of caches.records.list()) {
    const held = (spec.endpoints ?? []).flatMap(({ name, substituteAddress }) =>
      substituteAddress ? [[name, substituteAddress] as const] : [],
    );
    if (held.length > 0) given.set(`${spec.service.namespace}/${spec.service.name}`, new Map(held));
  }

  function substituted(key: string, endpoints: readonly ExportedEndpoint[]): readonly ExportedEndpoint[] {
    const index = indexOf(state);
    const before = given.get(key);
    const taken = new Set([...given].flatMap(([other, held]) => (other === key ? [] : [...held.values()])));
    const now = new Map<string, string>();
    // Those that have one keep it, whatever the others are given.
    for (const { name } of endpoints.toSorted((a, b) => Number(before?.has(b.name)) - Number(before?.has(a.name)))) {
      const family = familyIn(endpoints, name);
      const address = index && addressFor({ key: `${key}/${name}`, index, family, before: before?.get(name), taken });
      if (!address) continue;
      taken.add(address);
      now.set(name, address);
    }
    given.set(key, now);
    // One that cannot be told from another cluster's pod is not exported.
    return endpoints.flatMap((one) => {
      const substituteAddress = now.get(one.name);
      return substituteAddress ? [{ ...one, substituteAddress }] : [];
    });
  }

  return {
    forget: (key) => void given.delete(key),
    of(key, { spec }) {
      if (spec.type !== 'Headless') {
        given.delete(key);
        return NONE;
      }
      const { endpoints, leftOut } = headlessEndpoints(ownSlices(caches, key));
      if (ambiguous(state)) return { endpoints: substituted(key, endpoints), leftOut };
      given.delete(key);
      return { endpoints, leftOut };
    },
  };
}

/** Whether a pod's address may mean another pod somewhere in the set. */
function ambiguous(state: MemberState): boolean {
  const others = [...allMembers(state).values()].filter(
    ({ metadata, spec, status }) =>
      metadata.name !== state.settings.cluster && !spec?.removed && status?.clusterUID !== undefined,
  );
  return needsSubstitutes(
    ownPodRanges(state),
    others.map(({ status }) => status?.podRanges),
  );
}

function indexOf(state: MemberState): number | undefined {
  const own = memberCluster(state, state.settings.cluster);
  return own?.spec?.index ?? own?.status?.index;
}

interface Wanted {
  readonly key: string;
  readonly index: number;
  readonly family: Family;
  readonly before: string | undefined;
  readonly taken: ReadonlySet<string>;
}

function addressFor({ key, index, family, before, taken }: Wanted): string | undefined {
  if (before && !taken.has(before) && isSubstituteOf(index, before)) return before;
  return pickSubstitute(key, { index, family }, taken);
}

function familyIn(endpoints: readonly ExportedEndpoint[], name: string): Family {
  const address = endpoints.find((one) => one.name === name)?.podAddress ?? '';
  return familyOf(parseIp(address) ?? 0n);
}
