/** The pods of a headless export, each with the address that stands for it in other members. */
import type { ClusterExportSpec } from '#api/index.ts';
import { familyOfText } from '#kit/index.ts';
import {
  type ExportedEndpoint,
  headlessEndpoints,
  isSubstituteOf,
  needsSubstitutes,
  pickSubstitute,
} from '#plan/index.ts';
import { ownSlices } from '../caches.ts';
import { allMembers, type MemberState, memberCluster } from '../member-state.ts';
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
  const given = new Map<string, ReadonlyMap<string, string>>();
  const taken = new Set<string>();

  const give = (key: string, now: ReadonlyMap<string, string>) => {
    for (const address of given.get(key)?.values() ?? []) taken.delete(address);
    for (const address of now.values()) taken.add(address);
    if (now.size > 0) given.set(key, now);
    else given.delete(key);
  };
  const forget = (key: string) => give(key, new Map());

  for (const { spec } of caches.records.list()) give(`${spec.service.namespace}/${spec.service.name}`, heldIn(spec));

  function substituted(key: string, endpoints: readonly ExportedEndpoint[]): readonly ExportedEndpoint[] {
    const index = indexOf(state);
    const before = given.get(key);
    const now = new Map<string, string>();
    for (const { name, podAddress } of endpoints) {
      const kept = before?.get(name);
      const address = isSubstituteOf(index, kept ?? '') ? kept : pick(`${key}/${name}`, index, podAddress);
      if (!address) continue;
      taken.add(address);
      now.set(name, address);
    }
    give(key, now);
    // One that cannot be told from another cluster's pod is not exported.
    return endpoints.flatMap((one) => {
      const substituteAddress = now.get(one.name);
      return substituteAddress ? [{ ...one, substituteAddress }] : [];
    });
  }

  function pick(key: string, index: number | undefined, podAddress: string): string | undefined {
    const family = familyOfText(podAddress);
    if (index === undefined || !family) return undefined;
    return pickSubstitute(key, { index, family }, taken);
  }

  return {
    forget,
    of(key, { spec }) {
      if (spec.type !== 'Headless') {
        forget(key);
        return NONE;
      }
      const { endpoints, leftOut } = headlessEndpoints(ownSlices(caches, key));
      if (ambiguous(state)) return { endpoints: substituted(key, endpoints), leftOut };
      forget(key);
      return { endpoints, leftOut };
    },
  };
}

function heldIn({ endpoints = [] }: ClusterExportSpec): ReadonlyMap<string, string> {
  return new Map(
    endpoints.flatMap(({ name, substituteAddress }) => (substituteAddress ? [[name, substituteAddress] as const] : [])),
  );
}

/** Whether a pod's address may mean another pod somewhere in the set. */
function ambiguous(state: MemberState): boolean {
  const others = [...allMembers(state).values()].filter(
    ({ metadata, spec, status }) =>
      metadata.name !== state.settings.cluster && !spec?.removed && status?.clusterUID !== undefined,
  );
  return needsSubstitutes(
    state.podRanges(),
    others.map(({ status }) => status?.podRanges),
  );
}

function indexOf(state: MemberState): number | undefined {
  const own = memberCluster(state, state.settings.cluster);
  return own?.spec?.index ?? own?.status?.index;
}
