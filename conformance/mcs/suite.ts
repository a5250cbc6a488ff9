/** The behaviours that the Multi-Cluster Services API asks for, on a cluster set, whoever's it is. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { NAMESPACES } from '#api/index.ts';
import { BEHAVIOURS } from './behaviours.ts';
import { callCases } from './calls.ts';
import type { Case } from './cases.ts';
import { conflictCases } from './conflicts.ts';
import { importCases } from './imports.ts';
import { meaningCases, MEANINGS } from './meanings.ts';
import { nameCases } from './names.ts';
import { SCOPES, scopeCases } from './scope.ts';
import { patiently, stageOf } from './stage.ts';
import type { McsTarget } from './target.ts';

const CASES: Readonly<Record<number | string, Case>> = {
  ...meaningCases,
  ...scopeCases,
  ...importCases,
  ...conflictCases,
  ...callCases,
  ...nameCases,
};

/** A machine that does much else must not be drowned. */
const AT_ONCE = 4;

/** Number and title of everything that is tried. */
const TRIED: readonly (readonly [number | string, string])[] = [
  ...BEHAVIOURS.map(({ number, title }) => [number, title] as const),
  ...MEANINGS,
  ...SCOPES,
];

export function mcsSuite(name: string, start: () => Promise<McsTarget>): void {
  describe(`multi-cluster services: ${name}`, () => {
    let target: McsTarget;
    const given = new Map<number | string, Promise<void>>();
    const stage = (number: number | string) => stageOf(target, namespaceOf(number));

    before(async () => {
      target = await start();
      await Promise.all(TRIED.map(([number]) => makeNamespaces(target, namespaceOf(number))));
      const rows = Array.from({ length: AT_ONCE }, () => Promise.resolve());
      for (const [i, [number]] of TRIED.entries()) {
        const row = i % AT_ONCE;
        const made = rows[row]?.then(() => caseOf(number).given(stage(number))) ?? Promise.resolve();
        given.set(number, made);
        // Whose fault it is says the test that needs it.
        rows[row] = made.catch(() => {});
      }
    });

    after(async () => {
      try {
        await Promise.all(TRIED.map(([number]) => removeNamespaces(target, namespaceOf(number))));
      } finally {
        await target.close();
      }
    });

    for (const [number, title] of TRIED)
      test(`${number}. ${title}`, async () => {
        await given.get(number);
        await caseOf(number).check(stage(number));
      });
  });
}

function caseOf(number: number | string): Case {
  return CASES[number] ?? assert.fail(`behaviour ${number} has no case`);
}

function namespaceOf(number: number | string): string {
  return `mcs-${number}`;
}

async function makeNamespaces({ members }: McsTarget, name: string): Promise<void> {
  await Promise.all(
    members.map(({ client }) =>
      patiently(() => client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ),
  );
}

async function removeNamespaces({ members }: McsTarget, name: string): Promise<void> {
  await Promise.all(members.map(({ client }) => patiently(() => client.delete(NAMESPACES, { name }))));
}
