/** The dashboard and the alert rules of examples/monitoring ask for what there is. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { Refusal } from '#kernel/index.ts';
import { type Declared, METRICS } from '#observe/index.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary?: string; readonly runbook?: string };
}

const read = (file: string) => readFileSync(join(import.meta.dirname, '../examples/monitoring', file), 'utf8');
const rules = (parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(read('dashboard.json')) as { panels: { title: string; targets: { expr: string }[] }[] };

const queries = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** Each metric that is asked for, by the name it is declared under, and the labels that it is chosen by. */
function selectors(query: string) {
  const found = query.matchAll(/\b((?:sealane|process)_[a-z_]+)(?:\{([^}]*)\})?/g);
  return [...found].map(([, name = '', chosen = '']) => ({
    name: name.replace(/_(bucket|sum|count)$/, ''),
    suffixed: /_(bucket|sum|count)$/.test(name),
    labels: [...chosen.matchAll(/([a-z_]+)(?:=~|!~|!=|=)/g)].map(([, label]) => label),
  }));
}

test('every metric that an alert or a panel asks for is declared, with the labels it is chosen by', () => {
  assert.ok(rules.length >= 10 && panels.length >= 10);
  for (const [where, query] of queries) {
    const asked = selectors(query);
    assert.ok(asked.length > 0 || query.startsWith('up{'), where);
    for (const { name, suffixed, labels } of asked) {
      const declared = (METRICS as Readonly<Record<string, Declared>>)[name];
      assert.ok(declared, `${where}: ${name}`);
      assert.equal(suffixed, declared.type === 'histogram', `${where}: ${name}`);
      for (const label of labels) assert.ok(declared.labels.includes(label ?? ''), `${where}: ${name}{${label}}`);
    }
  }
});

test('what is summed by is a label of what is summed', () => {
  for (const [where, query] of queries) {
    const labels = new Set(
      selectors(query).flatMap(({ name }) => (METRICS as Readonly<Record<string, Declared>>)[name]?.labels),
    );
    for (const [, by = ''] of query.matchAll(/\bby \(([^)]*)\)/g))
      for (const label of by.split(', '))
        assert.ok(labels.has(label) || ['instance', 'job', 'le'].includes(label), `${where}: by ${label}`);
  }
});

test('every reason that an alert names is one of the kernel’s', () => {
  const named = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/reason=~"([^"]*)"/g)].flatMap(([, all = '']) => all.split('|')),
  );
  assert.ok(named.length > 5);
  for (const reason of named) assert.ok(reason in Refusal, reason);
});

test('every alert says what is wrong and where to look first', () => {
  for (const { alert, annotations } of rules) {
    assert.ok((annotations.summary ?? '').length > 10, alert);
    assert.ok((annotations.runbook ?? '').length > 10, alert);
  }
});
