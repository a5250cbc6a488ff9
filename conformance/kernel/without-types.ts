/** The checkout's modules without their types: an emulated processor takes a minute to take them off. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Writes them below `folder`, by their paths.
 *
 * @returns the option by which Node loads them instead
 */
export function withoutTypes(root: string, folder: string): string {
  for (const file of globSync('{bpf,conformance,sandbox,src,tests}/**/*.ts', { cwd: root })) {
    const path = join(folder, root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, stripTypeScriptTypes(readFileSync(join(root, file), 'utf8')));
  }
  const hook = join(folder, 'load-without-types.mjs');
  writeFileSync(hook, LOAD.replace('@FOLDER@', folder));
  return `--import=${hook}`;
}

const LOAD = `import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

registerHooks({
  load: (url, context, next) =>
    url.endsWith('.ts')
      ? { format: 'module', source: readFileSync('@FOLDER@' + fileURLToPath(url), 'utf8'), shortCircuit: true }
      : next(url, context),
});
`;
