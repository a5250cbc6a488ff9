import { isIP } from 'node:net';
import type { DnsSnapshot } from '#plan/index.ts';
import { isName } from './wire/read-name.ts';

/**
 * The snapshot in a file's text; undefined when it is not one (half a file, another version, an address that is none). One that was
 * written before services and texts were known has none.
 */
export function parseSnapshot(text: string): DnsSnapshot | undefined {
  const value = parsed(text);
  if (!isObject(value)) return undefined;
  const whole = { services: {}, texts: {}, ...value };
  return isSnapshot(whole) ? whole : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSnapshot(value: Record<string, unknown>): value is Record<string, unknown> & DnsSnapshot {
  const { version, zone, serial, records, overrides, services, texts } = value;
  return (
    version === 1 &&
    typeof zone === 'string' &&
    isName(zone) &&
    typeof serial === 'number' &&
    isRecord(records, isAddress) &&
    isRecord(overrides, isAddress) &&
    isRecord(texts, isShortText) &&
    isObject(services) &&
    Object.keys(services).every((name) => isName(name) && isService(services[name]))
  );
}

function isRecord(value: unknown, is: (one: unknown) => boolean): boolean {
  return isObject(value) && Object.values(value).every((one) => Array.isArray(one) && one.every(is));
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && isIP(value) !== 0;
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && /^[\x20-\x7e]{0,255}$/.test(value);
}

function isService(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { ports, targets = [] } = value;
  return (
    Array.isArray(ports) &&
    ports.every(isPort) &&
    Array.isArray(targets) &&
    targets.every((one) => typeof one === 'string' && isName(one))
  );
}

function isPort(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name = '', protocol = 'TCP', port } = value;
  const isNumber = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65536;
  return isNumber && typeof name === 'string' && typeof protocol === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
