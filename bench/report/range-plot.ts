/** One line a thing: least, quartiles, median and most of what was measured of it. Pure. */
import { linearAxis, logAxis } from './axis.ts';
import { digits } from './numbers.ts';
import type { Summary } from './statistics.ts';
import { COLOURS, drawing, element, GRID, label, line } from './svg.ts';

export interface RangePlot {
  readonly title: string;
  readonly unit: string;
  readonly log: boolean;
  readonly bars: readonly { readonly label: string; readonly ours: boolean; readonly summary: Summary }[];
}

const WIDTH = 820;
const LEFT = 280;
const RIGHT = 100;
const TOP = 50;
const ROW = 28;

/** @throws RangeError for no bars, or zero where the axis is logarithmic */
export function rangePlot({ title, unit, log, bars }: RangePlot): string {
  if (bars.length === 0) throw new RangeError(`nothing to draw in "${title}"`);
  const values = bars.flatMap(({ summary }) => [summary.min, summary.max]);
  const axis = log ? logAxis(values) : linearAxis(values);
  const x = (value: number) => LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + bars.length * ROW;
  const grid = axis.ticks.flatMap((tick) => [
    line(x(tick), TOP, x(tick), bottom, { stroke: GRID }),
    label(digits(tick), x(tick), bottom + 18, { 'text-anchor': 'middle', 'font-size': 12 }),
  ]);
  const drawn = bars.flatMap((bar, i) => drawBar(bar, TOP + i * ROW + ROW / 2, x));
  const under = label(unit, (LEFT + WIDTH - RIGHT) / 2, bottom + 38, { 'text-anchor': 'middle', 'font-size': 12 });
  return drawing(WIDTH, bottom + 50, title, [...grid, ...drawn, under]);
}

function drawBar(
  { label: name, ours, summary }: RangePlot['bars'][number],
  y: number,
  x: (value: number) => number,
): string[] {
  const { min, q1, median, q3, max } = summary;
  const colour = ours ? COLOURS[0] : COLOURS[1];
  const middle = ours
    ? element('circle', { cx: x(median), cy: y, r: 5, fill: colour })
    : element('rect', { x: x(median) - 4.5, y: y - 4.5, width: 9, height: 9, fill: colour });
  return [
    label(name, LEFT - 12, y + 4, { 'text-anchor': 'end', ...(ours && { 'font-weight': 600 }) }),
    line(x(min), y, x(max), y, { stroke: colour, 'stroke-width': 1.5 }),
    line(x(q1), y, x(q3), y, { stroke: colour, 'stroke-width': 7, 'stroke-opacity': 0.35 }),
    middle,
    label(digits(median), WIDTH - RIGHT + 14, y + 4, {}),
  ];
}
