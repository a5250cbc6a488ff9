/**
 * What the pages of records say, read with distrust: somebody may have written over them. What makes no sense is left out, and then
 * the objects that show what was given out must do.
 */
import { type ConfigMap, RECORDS_KEYS } from '#api/index.ts';
import { familyOfText, type Log } from '#kit/index.ts';
import { isObject } from '#objects/index.ts';
import type { LanePortRecord, PeerRecord, VipRecord } from '#plan/index.ts';

export interface RecordState {
  readonly vips: readonly VipRecord[];
  readonly peers: readonly PeerRecord[];
  readonly lanePorts: readonly LanePortRecord[];
  readonly epoch: number;
}

export function readRecords(maps: readonly ConfigMap[], log: Log): RecordState {
  const list = <T>(key: string, isSound: (record: Fields) => boolean) =>
    maps.flatMap(({ metadata, data }) => {
      const found = listIn(data?.[key]);
      const sound = found?.filter((one) => isObject(one) && isSound(one)) ?? [];
      if (sound.length !== found?.length)
        log.error({ map: metadata.name, key }, 'records make no sense and are made again');
      return sound as T[];
    });
  return {
    vips: list<VipRecord>(RECORDS_KEYS.vips, isVip),
    peers: list<PeerRecord>(RECORDS_KEYS.peers, isPeer),
    lanePorts: list<LanePortRecord>(RECORDS_KEYS.lanePorts, isLanePort),
    epoch: Math.max(0, ...maps.map(({ data }) => Number(data?.[RECORDS_KEYS.epoch])).filter(Number.isSafeInteger)),
  };
}

/** Undefined when it is no list at all. */
function listIn(text: string | undefined): readonly unknown[] | undefined {
  if (!text) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isVip({ namespace, name, ip: address, releasedAt }: Fields): boolean {
  return isText(namespace) && isText(name) && isAddress(address) && isTimeOrAbsent(releasedAt);
}

function isPeer({ cluster, address, releasedAt }: Fields): boolean {
  return isText(cluster) && isAddress(address) && isTimeOrAbsent(releasedAt);
}

function isLanePort({ namespace, name, portName, protocol, port, endpoint, lanePort, freedAt, freedEpoch }: Fields) {
  return (
    [namespace, name, portName, protocol].every(isText) &&
    [port, lanePort].every(isPortNumber) &&
    (endpoint === undefined || isText(endpoint)) &&
    isTimeOrAbsent(freedAt) &&
    (freedEpoch === undefined || Number.isSafeInteger(freedEpoch))
  );
}

const isText = (value: unknown) => typeof value === 'string';
const isTimeOrAbsent = (value: unknown) => value === undefined || !Number.isNaN(Date.parse(value as string));
const isAddress = (value: unknown) => typeof value === 'string' && familyOfText(value) !== undefined;
const isPortNumber = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
