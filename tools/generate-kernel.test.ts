import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CSource } from './generate-kernel/c-source.ts';
import { enumsFile } from './generate-kernel/enums-file.ts';
import { camelCase, pascal } from './generate-kernel/names.ts';

const SOURCE = `
/* Why a packet
 * was dropped. */
enum refusal {
	/* nothing is refused */
	REFUSAL_NONE = 0,
	REFUSAL_NO_POD = 17, /* the lane's pod */

	REFUSALS = 64
};
`;

function object(values: { name: string; value: number }[]) {
  const bare = { size: 4, type: 0, count: 0, members: [] };
  const types = [
    { ...bare, id: 0, kind: 0, name: 'void', values: [] },
    { ...bare, id: 1, kind: 6, name: 'refusal', values },
  ];
  return new Map([['x.bpf.o', { types, maps: [], programs: [], state: new Set<string>(), constants: new Map() }]]);
}

test('what a program does is the comment that its source begins with', () => {
  const licence = '// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause';
  assert.equal(
    new CSource(`${licence}\n/*\n * A socket\n * connects.\n */\n#include "x.h"\n`).head(),
    'A socket connects.',
  );
  assert.equal(new CSource('/* SPDX-License-Identifier: X */\n#pragma once\n/* A peer. */\n').head(), 'A peer.');
  assert.equal(new CSource(`${licence}\nint x; /* y */`).head(), '');
});

test('an enum becomes an object with the comments of its C', () => {
  const values = [
    { name: 'REFUSAL_NONE', value: 0 },
    { name: 'REFUSAL_NO_POD', value: 17 },
    { name: 'REFUSALS', value: 64 },
  ];
  const text = enumsFile(object(values), new CSource(SOURCE));
  assert.match(text, /\/\*\* Why a packet was dropped\. \*\/\nexport const Refusal = \{/);
  assert.match(text, / {2}\/\*\* nothing is refused \*\/\n {2}None: 0,/);
  assert.match(text, /NoPod: 17,\n\} as const/);
  assert.match(text, /17: 'the lane\\'s pod',/);
});

test('an enum of the kernel itself is left out', () => {
  assert.doesNotMatch(enumsFile(object([]), new CSource('')), /Refusal/);
});

test('names follow the language', () => {
  assert.equal(pascal('vip_key'), 'VipKey');
  assert.equal(camelCase('bytes_sent'), 'bytesSent');
});
