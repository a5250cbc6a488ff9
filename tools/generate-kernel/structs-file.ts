import { type BtfMember, type BtfType, Kind, resolved, sizeOf } from '../../src/kernel/btf.ts';
import type { ObjectContents } from '../../src/kernel/inspect-object.ts';
import { isNetworkOrder } from '../../src/kernel/rodata.ts';
import type { CSource } from './c-source.ts';
import { type Found, structsOf } from './collect.ts';
import { camelCase, HEADER, pascal } from './names.ts';

/** The C structure for an address of either family. */
const ADDRESS = 'address';
/** Bytes. */
const WORD = 8;

interface Field {
  readonly name: string;
  readonly tsType: string;
  readonly comment: string;
  readonly encode: string;
  readonly decode: string;
}

/** An interface and a codec for each structure. */
export function structsFile(objects: ReadonlyMap<string, ObjectContents>, source: CSource): string {
  const parts = [...structsOf(objects)]
    .filter(([name]) => name !== ADDRESS)
    .map(([name, found]) => structText(name, found, source));
  return `${HEADER}${importsOf(parts.join('\n'))}\n${parts.join('\n')}`;
}

function structText(name: string, { types, type }: Found, source: CSource): string {
  const comments = source.members('struct', name);
  const fields = type.members
    .filter((member) => !isPadding(member))
    .map((member) => fieldOf(types, member, comments.get(member.name) ?? ''));
  const padding = type.members.filter(isPadding).map((member) => paddingText(types, member));
  const above = source.above('struct', name) || `struct ${name}`;
  return [
    `/** ${above} */`,
    `export interface ${pascal(name)} {`,
    ...fields.flatMap((field) => [...docOf(field.comment), `  readonly ${field.name}: ${field.tsType};`]),
    '}',
    '',
    `/** ${type.size} bytes. */`,
    `export const ${pascal(name)}: Codec<${pascal(name)}> = {`,
    `  size: ${type.size},`,
    '  encode: (value, view, at = 0) => {',
    ...fields.map((field) => `    ${field.encode};`),
    ...padding,
    '  },',
    '  decode: (view, at = 0) => ({',
    ...fields.map((field) => `    ${field.name}: ${field.decode},`),
    '  }),',
    '};',
    '',
  ].join('\n');
}

function isPadding(member: BtfMember): boolean {
  return /^(pad|spare)\d*$/.test(member.name);
}

function paddingText(types: readonly BtfType[], member: BtfMember): string {
  const size = sizeOf(types, member.type);
  return `    new Uint8Array(view.buffer, view.byteOffset + at + ${member.offset}, ${size}).fill(0);`;
}

function fieldOf(types: readonly BtfType[], member: BtfMember, comment: string): Field {
  const name = camelCase(member.name);
  const type = resolved(types, member.type);
  const at = member.offset === 0 ? 'at' : `at + ${member.offset}`;
  if (type.kind === Kind.Struct && type.name === ADDRESS) return addressField(name, comment, 'Address', at);
  if (type.size === 4 && isNetworkOrder(types, member.type)) return addressField(name, comment, 'Ipv4', at);
  if (type.kind === Kind.Struct) {
    const codec = pascal(type.name);
    return {
      name,
      comment,
      tsType: codec,
      encode: `${codec}.encode(value.${name}, view, ${at})`,
      decode: `${codec}.decode(view, ${at})`,
    };
  }
  if (type.kind === Kind.Array) return arrayField(types, type, name, comment, at);
  return scalarField(types, member, type.size, name, comment, at);
}

function arrayField(types: readonly BtfType[], array: BtfType, name: string, comment: string, at: string): Field {
  const element = resolved(types, array.type);
  const { count } = array;
  const stride = sizeOf(types, array.type);
  if (element.kind === Kind.Struct) {
    const codec = pascal(element.name);
    return {
      name,
      comment: comment || `${count} of them.`,
      tsType: `readonly ${codec}[]`,
      encode: `for (const [i, one] of value.${name}.entries()) ${codec}.encode(one, view, ${at} + i * ${stride})`,
      decode: `Array.from({ length: ${count} }, (_, i) => ${codec}.decode(view, ${at} + i * ${stride}))`,
    };
  }
  if (element.kind === Kind.Int && stride === WORD) return wordsField(count, name, comment, at);
  const bytes = `new Uint8Array(view.buffer, view.byteOffset + ${at}, ${count * stride})`;
  return {
    name,
    comment: comment || `${count * stride} bytes.`,
    tsType: 'Uint8Array',
    encode: `${bytes}.set(value.${name})`,
    decode: `${bytes}.slice()`,
  };
}

function wordsField(count: number, name: string, comment: string, at: string): Field {
  return {
    name,
    comment: comment || `${count} of them.`,
    tsType: 'readonly bigint[]',
    encode: `for (const [i, one] of value.${name}.entries()) view.setBigUint64(${at} + i * ${WORD}, one, true)`,
    decode: `Array.from({ length: ${count} }, (_, i) => view.getBigUint64(${at} + i * ${WORD}, true))`,
  };
}

/** What is four bytes in network order is an IPv4 address; `struct address` is one of either family. */
function addressField(name: string, comment: string, form: 'Address' | 'Ipv4', at: string): Field {
  return {
    name,
    comment,
    tsType: 'Address',
    encode: `put${form}(view, ${at}, value.${name})`,
    decode: `get${form}(view, ${at})`,
  };
}

function importsOf(text: string): string {
  const codecs = ['getAddress', 'getIpv4', 'putAddress', 'putIpv4'].filter((name) => text.includes(`${name}(`));
  return [
    ...(codecs.length > 0 ? ["import type { Address } from '#kit/index.ts';"] : []),
    ...(codecs.length > 0 ? [`import { ${codecs.join(', ')} } from '../address-codec.ts';`] : []),
    "import type { Codec } from '../typed-map.ts';\n",
  ].join('\n');
}

function scalarField(
  types: readonly BtfType[],
  member: BtfMember,
  size: number,
  name: string,
  comment: string,
  at: string,
): Field {
  const big = size === 8;
  const network = isNetworkOrder(types, member.type);
  const method = `${big ? 'BigUint' : 'Uint'}${size * 8}`;
  const order = size === 1 ? '' : `, ${!network}`;
  const note = network ? 'A plain number here, network order in the kernel.' : '';
  return {
    name,
    comment: [sentence(comment), note].filter(Boolean).join(' '),
    tsType: big ? 'bigint' : 'number',
    encode: `view.set${method}(${at}, value.${name}${order})`,
    decode: `view.get${method}(${at}${order})`,
  };
}

function sentence(text: string): string {
  return text && !/[.!?]$/.test(text) ? `${text}.` : text;
}

function docOf(comment: string): string[] {
  return comment ? [`  /** ${comment} */`] : [];
}
