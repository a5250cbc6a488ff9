import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linearAxis, logAxis } from './axis.ts';
import { curvePlot, distribution } from './curve-plot.ts';
import { figuresOf } from './plots.ts';
import { rangePlot } from './range-plot.ts';
import { summarize } from './statistics.ts';
import { testResults } from './testing.ts';

const summaryOf = (values: readonly number[]) => {
  const summary = summarize(values);
  assert.ok(summary);
  return summary;
};

/** Attributes of all elements of a kind. */
function numbers(svg: string, name: string, attribute: string): number[] {
  return [...svg.matchAll(new RegExp(`<${name} [^>]*?\\b${attribute}="([\\d.-]+)"`, 'g'))].map((match) =>
    Number(match[1]),
  );
}

test('a linear axis begins at zero and covers what it is given', () => {
  const { ticks, place } = linearAxis([3, 97]);
  assert.deepEqual(ticks, [0, 20, 40, 60, 80, 100]);
  assert.deepEqual([place(0), place(50), place(100)], [0, 0.5, 1]);
});

test('a linear axis has places for one value, for none but zero, and for negative ones', () => {
  for (const values of [[5], [0], [-3, 4]]) {
    const { place } = linearAxis(values);
    for (const value of values) assert.ok(place(value) >= 0 && place(value) <= 1, `${values.join()}: ${place(value)}`);
  }
});

test('a logarithmic axis has equal places for equal factors, and refuses zero', () => {
  const { ticks, place } = logAxis([2, 100_000]);
  assert.deepEqual(ticks, [1, 10, 100, 1000, 10_000, 100_000]);
  assert.ok(Math.abs(place(100) - place(10) - (place(10_000) - place(1000))) < 1e-12);
  assert.throws(() => logAxis([0, 1]), RangeError);
});

test('better is further right, ours are round and others square', () => {
  const bar = (label: string, ours: boolean, values: number[]) => ({ label, ours, summary: summaryOf(values) });
  const bars = [bar('ours', true, [80, 90, 100]), bar('theirs', false, [30, 40, 50])];
  const svg = rangePlot({ title: 't', unit: 'u', log: false, bars });
  const [ours = 0] = numbers(svg, 'circle', 'cx');
  const theirs = numbers(svg, 'rect', 'x').at(-1) ?? Infinity;
  assert.ok(ours > theirs + 100, `${ours} and ${theirs}`);
});

test('text is escaped, and stands in the drawing', () => {
  const svg = rangePlot({
    title: 'a < b & "c"',
    unit: 'u',
    log: true,
    bars: [{ label: '<x>', ours: false, summary: summaryOf([1]) }],
  });
  assert.match(svg, /a &lt; b &amp; &quot;c&quot;/);
  assert.doesNotMatch(svg, /<x>/);
});

test('every point of a curve lies within the frame, and nothing is drawn of nothing', () => {
  const axes = { x: { label: 'x', log: true }, y: { label: 'y', log: false } };
  const svg = curvePlot({
    title: 't',
    ...axes,
    curves: [
      {
        label: 'a',
        points: [
          [2, 5],
          [100_000, 900],
        ],
      },
    ],
  });
  const [, points = ''] = /polyline points="([^"]*)"/.exec(svg) ?? [];
  const all = points.split(/[ ,]/).map(Number);
  assert.equal(all.length, 4);
  for (const value of all) assert.ok(value >= 0 && value <= 900, String(value));
  assert.throws(() => curvePlot({ title: 't', ...axes, curves: [] }), RangeError);
});

test('a distribution rises from nothing to all, a step a value', () => {
  assert.deepEqual(distribution([2, 1]), [
    [1, 0],
    [1, 0.5],
    [2, 0.5],
    [2, 1],
  ]);
});

test('a run of paths has a drawing for each measure, and none of what was not measured', () => {
  const files = figuresOf(testResults()).map(({ file }) => file);
  assert.deepEqual(files, ['requests.svg', 'connections.svg', 'throughput.svg', 'cpu.svg', 'latency.svg']);
  const growth = {
    points: [
      { members: 10, objects: 50, writes: 0 },
      { members: 300, objects: 1500, writes: 3 },
    ],
  };
  assert.ok(figuresOf(testResults({}, { parts: { growth } })).some(({ file }) => file === 'growth.svg'));
});
