/**
 * Bundles the two programs into dist/: `sealane` (production) and `sealane-sandbox`. Each is one folder-less entry file
 * with chunks beside it, so that a command loads only what it needs.
 *   node tools/build.ts
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundledLicences } from './build/bundled-licences.ts';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist');
const chunks = join(out, 'chunks');
const started = performance.now();

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const result = await build({
  entryPoints: { sealane: join(root, 'src/cli/main.ts'), 'sealane-sandbox': join(root, 'sandbox/main.ts') },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // A native module: it is loaded from node_modules.
  external: ['koffi'],
  // Libraries in CommonJS ask for `require`.
  banner: {
    js: "import { createRequire as sealaneRequire } from 'node:module'; const require = sealaneRequire(import.meta.url);",
  },
  define: { SEALANE_VERSION: JSON.stringify(version) },
  sourcemap: 'linked',
  metafile: true,
  logLevel: 'warning',
  write: false,
});

mkdirSync(chunks, { recursive: true });
// Entries last: whoever starts one meanwhile finds every chunk that it names.
for (const file of result.outputFiles.toSorted((a, b) => b.path.split('/').length - a.path.split('/').length)) {
  writeWhole(file.path, file.contents);
}
writeWhole(join(chunks, '.npmignore'), Buffer.from(shipped(result.outputFiles.map(({ path }) => path))));
writeWhole(join(out, 'LICENSES.txt'), Buffer.from(bundledLicences(root, Object.keys(result.metafile.inputs))));
removeOldChunks(new Set(result.outputFiles.map(({ path }) => path)));
const bytes = result.outputFiles
  .filter(({ path }) => !path.endsWith('.map'))
  .reduce((sum, { contents }) => sum + contents.length, 0);
console.log(
  `build: dist/sealane.mjs and dist/sealane-sandbox.mjs, ${Math.round(bytes / 1024)} KiB, ${Math.round(performance.now() - started)} ms`,
);

function writeWhole(path: string, contents: Uint8Array): void {
  writeFileSync(`${path}.${process.pid}.half`, contents);
  renameSync(`${path}.${process.pid}.half`, path);
}

/** A package holds this build's chunks, not the earlier ones beside them. */
function shipped(paths: readonly string[]): string {
  const names = paths.filter((path) => path.startsWith(chunks) && !path.endsWith('.map')).map((path) => basename(path));
  return `${['*', ...names.map((name) => `!${name}`)].join('\n')}\n`;
}

/** Running processes may still ask for a chunk of an earlier build: those stay for an hour. */
function removeOldChunks(current: ReadonlySet<string>): void {
  for (const name of readdirSync(chunks)) {
    const path = join(chunks, name);
    if (name !== '.npmignore' && !current.has(path) && Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path);
  }
}
