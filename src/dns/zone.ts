/** A snapshot as the resolver looks things up: records in wire form, made when a name is first asked for. */
import type { DnsPort, DnsService, DnsSnapshot } from '#plan/index.ts';
import { reverseNames } from './reverse.ts';
import { addressRecord, pointerRecord, serviceRecord, textRecord, typeOf, type WireRecord } from './wire/records.ts';

export interface ZoneName {
  /** The zone that denies what the name does not have. */
  readonly zone: string;
  /** Records by type, addresses first. None: the name exists, with nothing (yet). */
  readonly sets: ReadonlyMap<number, readonly WireRecord[]>;
}

export interface Zone {
  readonly name: string;
  readonly serial: number;
  /** @param name lower case, without the last dot; undefined: no such name */
  find(name: string): ZoneName | undefined;
}

/** `_port._proto.service`, or `_proto.service`, which exists because the former does. */
const SERVICE_NAME = /^(?:_([^.]+)\.)?_([^.]+)\.(.+)$/;

export function createZone(snapshot: DnsSnapshot): Zone {
  const known = new Map<string, ZoneName>();
  let reverse: ReadonlyMap<string, string> | undefined;
  const make = (name: string) => {
    if (name.endsWith('.arpa')) return pointerName(name, (reverse ??= reverseNames(snapshot)));
    return name.startsWith('_') ? portName(name, snapshot) : listedName(name, snapshot);
  };
  return {
    name: snapshot.zone,
    serial: snapshot.serial,
    find(name) {
      const before = known.get(name);
      if (before) return before;
      const made = make(name);
      if (made) known.set(name, made);
      return made;
    },
  };
}

/** A zone of one name: what stands beside it is not ours. */
function pointerName(name: string, reverse: ReadonlyMap<string, string>): ZoneName | undefined {
  const target = reverse.get(name);
  return target === undefined ? undefined : { zone: name, sets: setsOf([pointerRecord(target)]) };
}

function listedName(name: string, snapshot: DnsSnapshot): ZoneName | undefined {
  const addresses = own(snapshot.records, name) ?? own(snapshot.overrides, name);
  if (!addresses) return undefined;
  const service = own(snapshot.services, name);
  const sets = setsOf([
    ...addresses.map(addressRecord).filter((one) => one !== undefined),
    ...(service ? serviceRecords(name, service, service.ports) : []),
    ...(own(snapshot.texts, name) ?? []).map(textRecord),
  ]);
  return { zone: zoneOf(name, snapshot), sets };
}

/** Unnamed ports have no such name. */
function portName(name: string, snapshot: DnsSnapshot): ZoneName | undefined {
  const [, port, protocol, host = ''] = SERVICE_NAME.exec(name) ?? [];
  const service = own(snapshot.services, host);
  if (!service) return undefined;
  const named = service.ports.filter((one) => one.name && protocolOf(one) === protocol);
  const asked = port === undefined ? named : named.filter((one) => one.name === port);
  if (asked.length === 0) return undefined;
  const sets = setsOf(port === undefined ? [] : serviceRecords(host, service, asked));
  return { zone: zoneOf(host, snapshot), sets };
}

/** One a target and number, however many protocols share it. */
function serviceRecords(name: string, { targets = [name] }: DnsService, ports: readonly DnsPort[]): WireRecord[] {
  const numbers = [...new Set(ports.map(({ port }) => port))];
  return targets.flatMap((target) => numbers.map((port) => serviceRecord(target, port)));
}

function protocolOf({ protocol = 'TCP' }: DnsPort): string {
  return protocol.toLowerCase();
}

function setsOf(records: readonly WireRecord[]): ReadonlyMap<number, readonly WireRecord[]> {
  return Map.groupBy(records, typeOf);
}

/** `a.b.svc.cluster.local` is in zone `cluster.local`: what stands behind `.svc.`. */
function zoneOf(name: string, { zone, records }: DnsSnapshot): string {
  if (Object.hasOwn(records, name)) return zone;
  const at = name.indexOf('.svc.');
  return at < 0 ? name : name.slice(at + 5);
}

/** A name such as `constructor` must not find what every object has. */
function own<T>(records: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(records, name) ? records[name] : undefined;
}
