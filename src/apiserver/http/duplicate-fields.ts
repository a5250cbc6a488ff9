/** Fields that a JSON text has twice: `JSON.parse` keeps the last and says nothing. */

interface Level {
  readonly path: string;
  /** Of an object: its fields so far. */
  readonly seen: Set<string> | undefined;
  index: number;
  key: string;
  isKeyNext: boolean;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** @param text that has been parsed already @returns paths, `spec.ports[0].port` */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') levels.push(openLevel(token, level));
    else if (token === '}' || token === ']') levels.pop();
    else if (level && token === ',') next(level);
    else if (level?.seen && level.isKeyNext && token !== ':') note(level, token, found);
  }
  return found;
}

function openLevel(token: string, parent: Level | undefined): Level {
  const isObject = token === '{';
  return {
    path: parent ? pathOf(parent) : '',
    seen: isObject ? new Set() : undefined,
    index: 0,
    key: '',
    isKeyNext: isObject,
  };
}

function next(level: Level): void {
  level.index += 1;
  level.isKeyNext = level.seen !== undefined;
}

function note(level: Level, token: string, found: string[]): void {
  level.key = JSON.parse(token) as string;
  level.isKeyNext = false;
  if (level.seen?.has(level.key)) found.push(pathOf(level));
  level.seen?.add(level.key);
}

function pathOf({ path, seen, index, key }: Level): string {
  if (!seen) return `${path}[${index}]`;
  return path ? `${path}.${key}` : key;
}
