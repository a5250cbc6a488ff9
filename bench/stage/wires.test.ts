import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insideLines, linkLines, planWires, WIRES } from './wires.ts';

const plan = planWires('x');

test('no two wires share an address, a device or a namespace', () => {
  for (const of of [
    'namespace',
    'callers',
    'callerRange',
    'podRange',
    'front',
    'back',
    'callerDevice',
    'podDevice',
  ] as const)
    assert.equal(new Set(Object.values(plan.wires).map((wire) => wire[of])).size, WIRES.length, of);
});

test('every wire is made the same way: lines differ in names and numbers only', () => {
  const shapes = Object.values(plan.wires).map(({ namespace }) =>
    insideLines(plan)[namespace]?.join('\n').replaceAll(/\d+/g, 'N'),
  );
  assert.equal(new Set(shapes).size, 1);
  const links = linkLines(plan).map((line) =>
    line.replaceAll(/x-(?!caller|pod)\w+/g, 'x-gateway').replaceAll(/\d+/g, 'N'),
  );
  assert.equal(new Set(links).size, 2);
});
