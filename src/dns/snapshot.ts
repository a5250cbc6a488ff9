import { parseIpv4 } from '#kit/index.ts';
import type { DnsSnapshot } from '#plan/index.ts';

/** The snapshot in a file's text; undefined when it is not one (half a file, another version, an address that is none). */
export function parseSnapshot(text: string): DnsSnapshot | undefined {
  const value = parsed(text);
  return isSnapshot(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSnapshot(value: unknown): value is DnsSnapshot {
  if (!isObject(value)) return false;
  const { version, zone, serial, records, overrides } = value;
  return (
    version === 1 &&
    typeof zone === 'string' &&
    typeof serial === 'number' &&
    isAddresses(records) &&
    isAddresses(overrides)
  );
}

function isAddresses(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.values(value).every((one) => isTexts(one) && one.every((text) => parseIpv4(text) !== undefined))
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
