import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadObject } from './load-object.ts';
import { programInfo } from './program.ts';
import { bestWay, unlessForbidden } from './rescue-programs.ts';

const SMALL = 1024;

/** Loads every object of a directory that this kernel can have, and asks what its verification took. @returns instructions by program */
export function measureDirectory(directory: string): Map<string, number> {
  const files = readdirSync(directory).filter(
    (name) => name.endsWith('.bpf.o') && (name !== 'end-given.bpf.o' || bestWay() === 'program'),
  );
  return new Map(files.sort().flatMap((name) => [...measured(join(directory, name))]));
}

/** Of one object alone this kernel may think that it is forbidden; any other has to load. */
function measured(path: string): Map<string, number> {
  if (basename(path) !== 'list-given.bpf.o') return measureObject(path);
  return unlessForbidden(() => measureObject(path)) ?? new Map();
}

/** @returns instructions by `object/program`, or by `object` where a program has its object's name */
export function measureObject(path: string): Map<string, number> {
  const object = loadObject(path, { maxEntries: { backends: SMALL, shares: SMALL } });
  try {
    const programs = [...object.programs.values()];
    const name = basename(path, '.bpf.o');
    return new Map(
      programs.map((program) => [
        program.name === name ? name : `${name}/${program.name}`,
        programInfo(program.fd).verifiedInstructions,
      ]),
    );
  } finally {
    object.close();
  }
}
