import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesFields, parseFieldSelector } from './field-selector.ts';
import { labelRequirements } from './label-requirements.ts';
import { parseLabelSelector } from './parse-label-selector.ts';
import { matchesLabels } from './requirement.ts';

function selects(text: string, labels?: Record<string, string>): boolean {
  const parsed = parseLabelSelector(text);
  assert.ok(parsed.ok, text);
  return matchesLabels(parsed.value, labels);
}

test('each kind of label requirement selects what it says', () => {
  const labels = { app: 'web', tier: '', n: '5', 'example.com/x': 'y' };
  for (const yes of [
    '',
    'app',
    'app=web',
    'app==web',
    'app in (a, web)',
    'app notin (a)',
    '!none',
    'none!=x',
    'none notin (x)',
    'tier=',
    'n>4',
    'n < 6',
    'example.com/x=y',
    ' app = web , !none ',
  ]) {
    assert.ok(selects(yes, labels), yes);
  }
  for (const no of [
    'none',
    'app=',
    'app!=web',
    'app in (a,b)',
    'app notin (web)',
    '!app',
    'none=x',
    'none in (x)',
    'n>5',
    'app>1',
    'app=web,none',
    'constructor',
    'tier in (x)',
  ]) {
    assert.ok(!selects(no, labels), no);
  }
  assert.ok(selects('!a'));
});

test('commas inside brackets belong to the values', () => {
  assert.deepEqual(parseLabelSelector('a in (x,y),!d,e!=f'), {
    ok: true,
    value: [
      { key: 'a', operator: 'In', values: ['x', 'y'] },
      { key: 'd', operator: 'DoesNotExist', values: [] },
      { key: 'e', operator: 'NotIn', values: ['f'] },
    ],
  });
});

test('a label selector that cannot be read is refused', () => {
  for (const text of [
    'a b',
    'a in x',
    'a in (x',
    'a=(x)',
    '=x',
    'a=b,',
    ',',
    'a==b=c',
    '!',
    '-a=b',
    'a=-b',
    'a/b/c',
    'a>x',
    'a in (x,y))',
    'a'.repeat(64),
  ]) {
    assert.ok(!parseLabelSelector(text).ok, text);
  }
});

test('any text is parsed or refused', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab=!,()<> in'.split('')) }),
      (text) => void parseLabelSelector(text).ok,
    ),
  );
});

test('a LabelSelector object needs values where they belong', () => {
  const parsed = labelRequirements({
    matchLabels: { app: 'web' },
    matchExpressions: [{ key: 't', operator: 'Exists' }],
  });
  assert.ok(parsed.ok && matchesLabels(parsed.value, { app: 'web', t: 'x' }));
  assert.ok(parsed.ok && !matchesLabels(parsed.value, { app: 'web' }));
  const bad = labelRequirements(
    {
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'a', operator: 'Exists', values: ['x'] },
        { key: 'a', operator: 'Near' },
      ],
    },
    'spec.selector',
  );
  assert.deepEqual(!bad.ok && bad.problems.map((p) => p.path), [
    'spec.selector.matchExpressions[0].values',
    'spec.selector.matchExpressions[1].values',
    'spec.selector.matchExpressions[2].operator',
  ]);
});

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'default' },
  spec: { nodeName: 'n,1', hostNetwork: true },
};

function fieldsSelect(text: string): boolean {
  const parsed = parseFieldSelector(text);
  assert.ok(parsed.ok, text);
  return matchesFields(parsed.value, pod);
}

test('field selectors reach any path; what is absent is empty', () => {
  for (const yes of [
    '',
    'metadata.name=a',
    'metadata.name==a,metadata.namespace!=x',
    'spec.nodeName=n\\,1',
    'spec.hostNetwork=true',
    'status.phase=',
    'status.phase!=Running',
  ]) {
    assert.ok(fieldsSelect(yes), yes);
  }
  for (const no of ['metadata.name=b', 'metadata.name!=a', 'spec.nodeName=', 'spec=x'])
    assert.ok(!fieldsSelect(no), no);
  for (const bad of ['metadata.name', 'a=b=c', '=x', 'a=b\\', 'a=b,c=d\\', 'a=\\b', 'a=b\\\n', 'a=b,\\c\\='])
    assert.ok(!parseFieldSelector(bad).ok, bad);
});
