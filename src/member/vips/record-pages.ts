/**
 * The records as ConfigMaps. An object may not pass 1 MiB, which 4,000 services with two ports do: what belongs to services is spread
 * over pages by the service's name. A change writes its own page only.
 */
import type { Log } from '#kit/index.ts';
import {
  CONFIG_MAPS,
  type ConfigMap,
  FIELD_MANAGER,
  RECORDS_KEYS,
  RECORDS_NAME,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import type { Client } from '#kube/index.ts';
import { deepEqual } from '#objects/index.ts';
import { hash32, type LanePortRecord, type ServiceName, type VipRecord } from '#plan/index.ts';
import { readRecords, type RecordState } from './read-records.ts';

export interface RecordPages {
  /** What was found at the start. After a write that was cut short, a record may be on one page anew and on another still. */
  readonly found: RecordState;
  /** Resolves when every page says what the state does. */
  write(state: RecordState): Promise<void>;
}

const PAGES = 32;

interface Stored {
  readonly data: Data;
  readonly version: string | undefined;
}

export async function readPages(client: Client, log: Log): Promise<RecordPages> {
  const maps = await client.list<ConfigMap>(CONFIG_MAPS, { namespace: SYSTEM_NAMESPACE });
  const ours = maps.filter(({ metadata }) => isPage(metadata.name));
  const stored = new Map(ours.map((map) => [map.metadata.name, storedOf(map)]));
  /** Pages whose last write was refused, or had no answer: it may have been written all the same. */
  const unsure = new Set<string>();

  /** What each page was written from: it need not be put into words again while it is made of the same records. */
  const written = new Map<string, PageRecords>();

  async function keepPage(name: string, records: PageRecords): Promise<void> {
    if (sameRecords(written.get(name), records)) return;
    written.delete(name);
    await writePage(name, dataOf(records));
    written.set(name, records);
  }

  async function writePage(name: string, data: Data): Promise<void> {
    if (unsure.has(name)) await readAgain(name);
    const before = stored.get(name);
    if (before && deepEqual(before.data, data)) return;
    unsure.add(name);
    stored.set(name, storedOf(await put(client, name, data, before?.version)));
    unsure.delete(name);
  }

  async function readAgain(name: string): Promise<void> {
    const now = await client.find<ConfigMap>(CONFIG_MAPS, { namespace: SYSTEM_NAMESPACE, name });
    if (now) stored.set(name, storedOf(now));
    else stored.delete(name);
  }

  return {
    found: readRecords(ours, log),
    async write(state) {
      const pages = pagesOf(state, [...stored.keys()]);
      await Promise.all([...pages].map(([name, records]) => keepPage(name, records)));
      // Last: an earlier version kept everything here, and what it kept must be on a page before it goes.
      await writePage(RECORDS_NAME, {
        [RECORDS_KEYS.peers]: JSON.stringify(state.peers),
        [RECORDS_KEYS.epoch]: String(state.epoch),
      });
    },
  };
}

type Data = Readonly<Record<string, string>>;

interface PageRecords {
  readonly vips: readonly VipRecord[];
  readonly lanePorts: readonly LanePortRecord[];
}

/** One page for each name that has records, and for each that had some. */
function pagesOf({ vips, lanePorts }: RecordState, had: readonly string[]): Map<string, PageRecords> {
  const byPage = { vips: Map.groupBy(vips, pageOf), lanePorts: Map.groupBy(lanePorts, pageOf) };
  const names = new Set([...byPage.vips.keys(), ...byPage.lanePorts.keys(), ...had]);
  names.delete(RECORDS_NAME);
  return new Map(
    [...names].map((name) => [
      name,
      { vips: byPage.vips.get(name) ?? [], lanePorts: byPage.lanePorts.get(name) ?? [] },
    ]),
  );
}

/** The very same ones: records are never changed, only replaced. */
function sameRecords(a: PageRecords | undefined, b: PageRecords): boolean {
  const same = <T>(some: readonly T[], others: readonly T[]) =>
    some.length === others.length && some.every((one, i) => one === others[i]);
  return a !== undefined && same(a.vips, b.vips) && same(a.lanePorts, b.lanePorts);
}

function dataOf({ vips, lanePorts }: PageRecords): Data {
  return { [RECORDS_KEYS.vips]: listText(vips), [RECORDS_KEYS.lanePorts]: listText(lanePorts) };
}

/** In an order of its own: what came last is not always last when it is given out again. */
function listText(records: readonly object[]): string {
  return `[${records
    .map((one) => JSON.stringify(one))
    .toSorted()
    .join(',')}]`;
}

const pageNames = new WeakMap<object, string>();

function pageOf(record: ServiceName): string {
  const known = pageNames.get(record) ?? pageNameOf(record);
  pageNames.set(record, known);
  return known;
}

function pageNameOf({ namespace, name }: ServiceName): string {
  return `${RECORDS_NAME}-${String(hash32(`${namespace}/${name}`) % PAGES).padStart(2, '0')}`;
}

function isPage(name: string): boolean {
  return name === RECORDS_NAME || (name.startsWith(`${RECORDS_NAME}-`) && /^\d\d$/.test(name.slice(-2)));
}

function storedOf({ data = {}, metadata }: ConfigMap): Stored {
  return { data, version: metadata.resourceVersion };
}

async function put(client: Client, name: string, data: Data, resourceVersion: string | undefined): Promise<ConfigMap> {
  const metadata = { namespace: SYSTEM_NAMESPACE, name, resourceVersion };
  const map: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  const options = { fieldManager: FIELD_MANAGER.member };
  return resourceVersion ? client.update(CONFIG_MAPS, map, options) : client.create(CONFIG_MAPS, map, options);
}
