import type { ObjectContents } from '../../src/kernel/inspect-object.ts';
import { HEADER, quoted } from './names.ts';

/**
 * What each object file offers: its programs by name, its constants with their bytes, the tables it uses.
 * @param about what its source says of it, by file
 */
export function objectsFile(objects: ReadonlyMap<string, ObjectContents>, about: ReadonlyMap<string, string>): string {
  const parts = [...objects].map(([file, contents]) => objectText(file, contents, about.get(file) ?? ''));
  return `${HEADER}\n/** The object files, by name without \`.bpf.o\`. Attach types are those of enum bpf_attach_type. */\nexport const objects = {\n${parts.join('')}} as const;\n`;
}

function objectText(file: string, { programs, constants, maps }: ObjectContents, about: string): string {
  const name = file.replace(/\.bpf\.o$/, '');
  const key = /^\w+$/.test(name) ? name : `'${name}'`;
  const programRows = programs.map(
    (program) => `      ${program.name}: { section: '${program.section}', attachType: ${program.attachType} },\n`,
  );
  const constantRows = [...constants].map(([constant, bytes]) => `${constant}: ${bytes}`);
  const tables = maps.map((map) => `'${map.name}'`).sort();
  return [
    `  ${key}: {\n`,
    `    file: '${file}',\n`,
    `    about: ${quoted(about)},\n`,
    `    programs: {\n${programRows.join('')}    },\n`,
    constantRows.length ? `    constants: { ${constantRows.join(', ')} },\n` : '    constants: {},\n',
    `    tables: [${tables.join(', ')}],\n`,
    '  },\n',
  ].join('');
}
