/** The dashboard and the alert rules of examples/monitoring ask for what there is. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { Refusal } from '#kernel/index.ts';
import { type Declared, METRICS } from '#observe/index.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary?: string; readonly runbook?: string };
}

const folder = join(import.meta.dirname, '../examples/monitoring');
const RULES = join(folder, 'alerts.yaml');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
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

/** Of Debian's package `prometheus`, which is too large to ask of everybody: where it is, it has the last word. */
test('promtool takes the rules, where it is installed; our own reading of them does without', () => {
  const { error, status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
  if (!error) assert.equal(status, 0, stdout + stderr);
  for (const { alert, expr, for: pause, labels } of rules) {
    assert.ok(isBalanced(expr), `${alert}: brackets and quotes`);
    assert.match(alert, /^[A-Z][A-Za-z]+$/);
    assert.match(pause ?? '1m', /^\d+[smhd]$/, alert);
    assert.match(labels.severity, /^(warning|critical)$/, alert);
    for (const [, range] of expr.matchAll(/\[([^\]]*)\]/g)) assert.match(range ?? '', /^\d+[smhd]$/, alert);
    for (const [call] of expr.matchAll(/\b(rate|increase)\([^)]*/g)) assert.match(call, /\[\d+[smhd]\]/, alert);
    for (const [, label = ''] of annotationsOf(alert).matchAll(/\$labels\.([a-z_]+)/g))
      assert.ok(
        expr.includes(label) || ['instance', 'job'].includes(label) || labelsOf(expr).has(label),
        `${alert}: ${label}`,
      );
  }
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
});

function annotationsOf(alert: string): string {
  return rules.flatMap((rule) => (rule.alert === alert ? Object.values(rule.annotations) : [])).join(' ');
}

const labelsOf = (expr: string) =>
  new Set<string | undefined>(
    selectors(expr).flatMap(({ name }) => (METRICS as Readonly<Record<string, Declared>>)[name]?.labels ?? []),
  );

/** Outside of quotes every bracket is closed by its like. */
function isBalanced(expr: string): boolean {
  const open: string[] = [];
  for (const one of expr.replaceAll(/"[^"]*"/g, '')) {
    if ('([{'.includes(one)) open.push(one);
    else if (')]}'.includes(one) && open.pop() !== '([{'[')]}'.indexOf(one)]) return false;
  }
  return open.length === 0 && !expr.replaceAll(/"[^"]*"/g, '').includes('"');
}

test('every alert says what is wrong and where to look first', () => {
  for (const { alert, annotations } of rules) {
    assert.ok((annotations.summary ?? '').length > 10, alert);
    assert.ok((annotations.runbook ?? '').length > 10, alert);
  }
});
