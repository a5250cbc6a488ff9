/** Makes the slices of one service so: what is desired is written, the rest goes. */
import { ENDPOINT_SLICES, type EndpointSlice } from '#api/index.ts';
import { ensure } from './ensure.ts';
import type { MemberState } from './member-state.ts';

export async function putSlices(
  { settings, caches }: Pick<MemberState, 'settings' | 'caches'>,
  current: readonly EndpointSlice[],
  desired: readonly EndpointSlice[],
): Promise<void> {
  const { client } = settings;
  const names = new Set(desired.map(({ metadata }) => metadata.name));
  const extra = current.filter(({ metadata }) => !names.has(metadata.name));
  await Promise.all([
    ...desired.map((slice) =>
      ensure(client, ENDPOINT_SLICES, caches.slices.get(`${slice.metadata.namespace}/${slice.metadata.name}`), slice),
    ),
    ...extra.map(({ metadata }) => client.delete(ENDPOINT_SLICES, metadata)),
  ]);
}
