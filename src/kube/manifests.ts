/** Reads manifests from files, folders or standard input. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Document, parseAllDocuments } from 'yaml';
import { SealaneError } from '#kit/index.ts';
import type { KubeObject } from '#objects/index.ts';

/** @param path a file, a folder (its .yaml, .yml and .json files in the order of their names), or `-` */
export async function readManifests(path: string): Promise<KubeObject[]> {
  if (path === '-') return parseManifests(await text(process.stdin), 'standard input');
  return filesAt(path).flatMap((file) => parseManifests(read(file), file));
}

/** @throws `kube/bad-manifest` with line and column, or naming what is missing */
export function parseManifests(source: string, file: string): KubeObject[] {
  const documents = parseAllDocuments(source);
  return [...documents].flatMap((document, i) => {
    const [error] = document.errors;
    if (error) {
      const { line = 0, col = 0 } = error.linePos?.[0] ?? {};
      throw new SealaneError('kube/bad-manifest', `read ${file}:${line}:${col}: ${error.message.split('\n')[0]}`);
    }
    return objectsOf(valueOf(document, `${file}, document ${i + 1}`), `${file}, document ${i + 1}`);
  });
}

/** An alias of nothing is noticed here only. */
function valueOf(document: Document, where: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new SealaneError('kube/bad-manifest', `read ${where}`, { cause });
  }
}

function objectsOf(value: unknown, where: string): KubeObject[] {
  if (value === null || value === undefined) return [];
  const object = value as Partial<KubeObject> & { readonly items?: unknown };
  if (object.kind === 'List' && Array.isArray(object.items)) {
    return object.items.flatMap((item: unknown, i) => objectsOf(item, `${where}, items[${i}]`));
  }
  for (const [field, given] of [
    ['apiVersion', object.apiVersion],
    ['kind', object.kind],
    ['metadata.name', object.metadata?.name],
  ]) {
    if (typeof given !== 'string' || given === '')
      throw new SealaneError('kube/bad-manifest', `read ${where}: ${field} is missing`);
  }
  return [object as KubeObject];
}

function filesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch (cause) {
    throw new SealaneError('kube/bad-manifest', `read ${path}`, { cause });
  }
  const files = readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name));
  if (files.length === 0)
    throw new SealaneError('kube/bad-manifest', `read ${path}: no .yaml, .yml or .json file in it`);
  return files.toSorted().map((name) => join(path, name));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SealaneError('kube/bad-manifest', `read ${file}`, { cause });
  }
}
