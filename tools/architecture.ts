/**
 * Checks who imports whom, from one table. Two things guard the guard: the number of modules that it saw, and a fixture that
 * breaks the rules and must be refused.
 *
 * Rooms that a room may import (its door, `#room/index.ts`); `*` is any.
 */
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';

const may: Record<string, readonly string[]> = {
  kit: [],
  objects: ['kit'],
  api: ['objects', 'kit'],
  plan: ['api', 'objects', 'kit'],
  kube: ['api', 'objects', 'kit'],
  compat: ['api', 'objects', 'kit', 'plan'],
  explain: ['plan', 'api', 'kit'],
  identity: ['kit'],
  kernel: ['kit'],
  host: ['kernel', 'kit'],
  dns: ['api', 'plan', 'kit'],
  lanes: ['api', 'plan', 'host', 'identity', 'kit'],
  apiserver: ['objects', 'api', 'identity', 'kit'],
  observe: ['kit'],
  member: ['kube', 'plan', 'compat', 'identity', 'observe', 'lanes', 'api', 'objects', 'kit'],
  agent: ['kernel', 'dns', 'lanes', 'host', 'observe', 'compat', 'plan', 'explain', 'kube', 'api', 'objects', 'kit'],
  hub: ['apiserver', 'identity', 'kube', 'observe', 'explain', 'plan', 'api', 'objects', 'compat', 'kit'],
  cli: ['*'],
};

/** Rooms that run anywhere, a browser and a simulation included: no Node built-in. */
const pure = ['plan', 'objects', 'api', 'explain', 'compat'];

/** Fewer modules than this means that the check saw nothing. */
const SEEN_AT_LEAST = 150;

const tests = '\\.test\\.ts$|-suite\\.ts$|/test-[^/]*\\.ts$';

function rules(root: string): IFlattenedRuleSet {
  const room = (name: string) => `^${root}/${name}/`;
  const forbidden = Object.entries(may).flatMap(([name, others]) =>
    others.includes('*')
      ? []
      : [
          {
            name: `${name}-imports-only-its-own`,
            comment: `${name} may import ${others.join(', ') || 'no other room'}`,
            severity: 'error' as const,
            from: { path: room(name), pathNot: tests },
            to: {
              path: `^(${root}|sandbox)/`,
              pathNot: [name, ...others].map((other) => `^${root}/${other}/`).join('|'),
            },
          },
        ],
  );
  return {
    forbidden: [
      ...forbidden,
      {
        name: 'through-the-door',
        comment: 'another room is imported by its index.ts only',
        severity: 'error',
        from: { path: `^${root}/([^/]+)/`, pathNot: tests },
        to: {
          path: `^${root}/([^/]+)/`,
          pathNot: [`^${root}/$1/`, `^${root}/[^/]+/index\\.ts$`, `^${root}/ui/contract\\.ts$`],
        },
      },
      {
        name: 'nobody-imports-the-sandbox',
        severity: 'error',
        from: { path: `^${root}/`, pathNot: tests },
        to: { path: '^sandbox/' },
      },
      {
        name: 'nobody-imports-the-simulation',
        severity: 'error',
        from: { path: `^(${root}|sandbox)/`, pathNot: tests },
        to: { path: '^sim/' },
      },
      {
        name: 'the-simulation-through-the-door',
        comment: 'it runs what the processes run, by what the rooms show',
        severity: 'error',
        from: { path: '^sim/', pathNot: tests },
        to: { path: `^(${root}/[^/]+/|sandbox/)`, pathNot: `^${root}/[^/]+/index\\.ts$` },
      },
      {
        name: 'pure',
        comment: 'pure rooms use no Node built-in',
        severity: 'error',
        from: { path: `^${root}/(${pure.join('|')})/`, pathNot: tests },
        to: { dependencyTypes: ['core'] },
      },
      {
        name: 'no-cycles',
        severity: 'error',
        from: { path: `^(${root}|sandbox|sim)/` },
        to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
      },
      {
        name: 'only-native-opens-libraries',
        severity: 'error',
        from: { path: `^(${root}|sandbox)/`, pathNot: `^${root}/kernel/native\\.ts$` },
        to: { path: 'node_modules/koffi' },
      },
      {
        name: 'only-host-spawns',
        severity: 'error',
        from: { path: `^(${root}|sandbox)/`, pathNot: `^${root}/host/|${tests}` },
        to: { path: '^(node:)?child_process$' },
      },
    ],
  };
}

async function check(folders: string[], root: string): Promise<ICruiseResult> {
  const { output } = await cruise(folders, {
    ruleSet: rules(root),
    validate: true,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text');
  return output;
}

function report({ summary }: ICruiseResult): void {
  for (const { rule, from, to } of summary.violations) console.error(`${rule.severity} ${rule.name}: ${from} → ${to}`);
}

const bad = await check(['tools/fixtures/architecture'], 'tools/fixtures/architecture');
if (bad.summary.error === 0) throw new Error('the known-bad fixture passed: the check sees nothing');

const real = await check(['src', 'sandbox', 'sim'], 'src');
report(real);
console.log(
  `architecture: ${real.summary.totalCruised} modules, ${real.summary.error} errors; the bad fixture has ${bad.summary.error}`,
);
if (real.summary.totalCruised < SEEN_AT_LEAST) throw new Error(`saw only ${real.summary.totalCruised} modules`);
process.exitCode = real.summary.error > 0 ? 1 : 0;
