/** vip_key → VipKey */
export function pascal(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

/** bytes_sent → bytesSent */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export const HEADER =
  '// Written by tools/generate-kernel.ts from the type information of dist/bpf/*.o: do not edit.\n';

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
