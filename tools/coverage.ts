/**
 * What this process ran of the product's files, as V8 measures it, by room. A line is one of code: blank ones, comments and
 * types are none. Branches and functions count as in node's --experimental-test-coverage, and only in files that were loaded.
 */
import { globSync, readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How many there are, and how many of them ran. */
export interface Share {
  readonly ran: number;
  readonly all: number;
}

export interface Coverage {
  readonly lines: Share;
  readonly branches: Share;
  readonly functions: Share;
}

type Functions = readonly Profiler.FunctionCoverage[];

const root = join(import.meta.dirname, '..');
const TESTS = /[./](test|testing|arbitrary)[./]|\/test-|-suite\.ts$|\/generated\//;

/** @returns what ran since, by room (`src/plan`); to be called once */
export async function measureCoverage(): Promise<() => Promise<ReadonlyMap<string, Coverage>>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true }); // whether, not how often: cheaper
  return async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    session.disconnect();
    return byRoom(new Map(result.map(({ url, functions }) => [url, functions])));
  };
}

function byRoom(loaded: ReadonlyMap<string, Functions>): ReadonlyMap<string, Coverage> {
  const files = globSync('{src,sandbox}/*/**/*.ts', { cwd: root }).filter((file) => !TESTS.test(file));
  const rooms = Map.groupBy(files.toSorted(), (file) => file.split('/').slice(0, 2).join('/'));
  return new Map([...rooms].map(([room, its]) => [room, sumOf(its.map((file) => coverageOf(file, loaded)))]));
}

function coverageOf(file: string, loaded: ReadonlyMap<string, Functions>): Coverage {
  const path = join(root, file);
  const functions = loaded.get(pathToFileURL(path).href) ?? [];
  const blocks = functions.filter(({ isBlockCoverage }) => isBlockCoverage).flatMap(({ ranges }) => ranges);
  return {
    lines: shareOf(linesThatRan(readFileSync(path, 'utf8'), functions)),
    branches: shareOf(blocks.map(({ count }) => count > 0)),
    functions: shareOf(functions.slice(1).map(({ ranges }) => (ranges[0]?.count ?? 0) > 0)), // the first is the module
  };
}

/** For each line of code whether its first character ran. */
function linesThatRan(source: string, functions: Functions): boolean[] {
  const ranges = functions
    .flatMap((one) => one.ranges)
    .toSorted((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset); // inner ones after those around them
  return codeOffsets(stripTypeScriptTypes(source)).map(
    (at) => (ranges.findLast(({ startOffset, endOffset }) => startOffset <= at && at < endOffset)?.count ?? 0) > 0,
  );
}

function codeOffsets(code: string): number[] {
  return [...code.matchAll(/^[ \t]*(?!\/\/|\/?\*)\S/gm)].map(({ index, 0: line }) => index + line.length - 1);
}

function shareOf(ran: readonly boolean[]): Share {
  return { ran: ran.filter(Boolean).length, all: ran.length };
}

/** Of rooms or of files. */
export function sumOf(some: readonly Coverage[]): Coverage {
  const sum = (what: keyof Coverage): Share => ({
    ran: some.reduce((total, one) => total + one[what].ran, 0),
    all: some.reduce((total, one) => total + one[what].all, 0),
  });
  return { lines: sum('lines'), branches: sum('branches'), functions: sum('functions') };
}
