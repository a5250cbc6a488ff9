/**
 * Reads a protobuf body by a table of fields, no more of the format than a few small messages need: `k8s\0`, an envelope that
 * names the type, and the message. Fields that the table lacks are passed over, as protobuf asks.
 */
import { type JsonObject, textOf } from '#objects/index.ts';
import { badRequest } from '../http/api-error.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

type Type = 'string' | 'strings' | 'integer' | 'bytes' | (string & {});
type Fields = Readonly<Record<number, readonly [name: string, type: Type]>>;
/** Message → field number → name and type; a type that is no scalar names another message. */
export type Messages = Readonly<Record<string, Fields>>;

const MAGIC = Buffer.from('k8s\0');
const MAX_DEPTH = 8;
const ENVELOPE: Messages = {
  Unknown: { 1: ['type', 'TypeMeta'], 2: ['raw', 'bytes'] },
  TypeMeta: { 1: ['apiVersion', 'string'], 2: ['kind', 'string'] },
};

/** @throws ApiError 400 */
export function readProtobuf(body: Buffer, kind: string, messages: Messages): JsonObject {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw broken('it does not begin with k8s\\0');
  const { type, raw } = readMessage(body.subarray(MAGIC.length), 'Unknown', ENVELOPE, 0) as {
    type?: JsonObject;
    raw?: Buffer;
  };
  const { apiVersion, kind: met } = type ?? {};
  if (met && met !== kind) throw badRequest(`the object provided is a ${textOf(met)}, expected ${kind}`);
  const object = readMessage(raw ?? Buffer.alloc(0), kind, messages, 0) as JsonObject;
  return { ...object, kind, ...(apiVersion && { apiVersion }) };
}

type Read = Record<string, unknown>;

function readMessage(body: Buffer, name: string, messages: Messages, depth: number): Read {
  if (depth > MAX_DEPTH) throw broken('it is nested too deep');
  const message: Read = {};
  for (let at = 0; at < body.length; ) {
    const tag = readVarint(body, at);
    const field = readField(body, tag.next, Number(tag.value & 7n));
    at = field.next;
    const known = messages[name]?.[Number(tag.value >> 3n)];
    if (known) put(message, known, field.value, messages, depth);
  }
  return message;
}

function put(
  message: Read,
  [name, type]: Fields[number],
  value: bigint | Buffer,
  messages: Messages,
  depth: number,
): void {
  if ((type === 'integer') !== (typeof value === 'bigint')) throw broken(`${name} has the wrong type`);
  if (typeof value === 'bigint') message[name] = Number(BigInt.asIntN(64, value));
  else if (type === 'bytes') message[name] = value;
  else if (type === 'string') withText(message, name, value.toString('utf8'));
  else if (type === 'strings')
    message[name] = [...((message[name] as string[] | undefined) ?? []), value.toString('utf8')];
  else message[name] = readMessage(value, type, messages, depth + 1);
}

/** Go writes empty texts where JSON leaves them out. */
function withText(message: Read, name: string, text: string): void {
  if (text !== '') message[name] = text;
}

interface Field {
  readonly value: bigint | Buffer;
  readonly next: number;
}

const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function readField(body: Buffer, at: number, wireType: number): Field {
  if (wireType === 0) return readVarint(body, at);
  const length = wireType === 2 ? readVarint(body, at) : { value: BigInt(FIXED[wireType] ?? -1), next: at };
  const end = length.next + Number(length.value);
  if (length.value < 0n || end > body.length) throw broken('it is cut off');
  return { value: body.subarray(length.next, end), next: end };
}

function readVarint(body: Buffer, at: number): { value: bigint; next: number } {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = body[at + i];
    if (byte === undefined) throw broken('it is cut off');
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw broken('a number has more than 64 bits');
}

function broken(why: string) {
  return badRequest(`error decoding the body: no protobuf message: ${why}`);
}
