/** A Service that no schema has looked at yet, read with care. */
import { isObject, type JsonObject } from '#objects/index.ts';

export function specOf(object: JsonObject): JsonObject {
  return isObject(object.spec) ? object.spec : {};
}

export function portsOf(object: JsonObject): JsonObject[] {
  const { ports } = specOf(object);
  return Array.isArray(ports) ? ports.filter(isObject) : [];
}
