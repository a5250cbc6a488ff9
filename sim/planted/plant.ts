/** Changes one module of the product as it is loaded, in this thread. Before anything of the product is imported. */
import { registerHooks } from 'node:module';
import type { Planted } from './planted.ts';

/** @throws Error at the import when the words to be changed are not there, or are there more than once */
export function plant({ name, file, find, put }: Planted): void {
  const wanted = new URL(`../../src/${file}`, import.meta.url).href;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== wanted) return loaded;
      const { source: text } = loaded;
      const source = typeof text === 'string' ? text : Buffer.from(text as Uint8Array).toString();
      if (source.split(find).length !== 2) throw new Error(`plant ${name}: ${file} has not exactly one "${find}"`);
      return { ...loaded, source: source.replace(find, () => put) };
    },
  });
}
