/** Lines over two axes, each linear or logarithmic; with steps they are cumulative distributions. Pure. */
import { type Axis, linearAxis, logAxis } from './axis.ts';
import { digits } from './numbers.ts';
import { COLOURS, DASHES, drawing, element, GRID, label, line } from './svg.ts';

export interface AxisPlan {
  readonly label: string;
  readonly log: boolean;
  /** Of values from here on only; default: of linear axes from 0. */
  readonly tight?: boolean;
  /** Other words for ticks, and no ticks but these. */
  readonly ticks?: ReadonlyMap<number, string>;
}

export interface CurvePlot {
  readonly title: string;
  readonly x: AxisPlan;
  readonly y: AxisPlan;
  readonly curves: readonly { readonly label: string; readonly points: readonly (readonly [number, number])[] }[];
  /** Bounds to keep: vertical lines. */
  readonly bounds?: readonly { readonly at: number; readonly label: string }[];
}

const [WIDTH, HEIGHT] = [900, 420];
const [LEFT, RIGHT, TOP, BOTTOM] = [80, 310, 50, 60];

/** @throws RangeError for no points, or a value a logarithmic axis has no place for */
export function curvePlot({ title, x, y, curves, bounds = [] }: CurvePlot): string {
  const points = curves.flatMap((curve) => curve.points);
  if (points.length === 0) throw new RangeError(`nothing to draw in "${title}"`);
  const across = axisOf(x, [...points.map(([value]) => value), ...bounds.map(({ at }) => at)]);
  const up = axisOf(
    y,
    points.map(([, value]) => value),
  );
  const px = (value: number) => LEFT + across.place(value) * (WIDTH - LEFT - RIGHT);
  const py = (value: number) => HEIGHT - BOTTOM - up.place(value) * (HEIGHT - TOP - BOTTOM);
  return drawing(WIDTH, HEIGHT, title, [
    ...tickTexts(x, across).flatMap(([tick, text]) => [
      line(px(tick), TOP, px(tick), HEIGHT - BOTTOM, { stroke: GRID }),
      label(text, px(tick), HEIGHT - BOTTOM + 18, { 'text-anchor': 'middle', 'font-size': 12 }),
    ]),
    ...tickTexts(y, up).flatMap(([tick, text]) => [
      line(LEFT, py(tick), WIDTH - RIGHT, py(tick), { stroke: GRID }),
      label(text, LEFT - 8, py(tick) + 4, { 'text-anchor': 'end', 'font-size': 12 }),
    ]),
    label(x.label, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, { 'text-anchor': 'middle', 'font-size': 12 }),
    label(y.label, 20, (TOP + HEIGHT - BOTTOM) / 2, {
      'text-anchor': 'middle',
      'font-size': 12,
      transform: `rotate(-90 20 ${(TOP + HEIGHT - BOTTOM) / 2})`,
    }),
    ...bounds.flatMap(({ at, label: text }, i) => drawBound(px(at), text, i)),
    ...curves.flatMap((curve, i) => drawCurve(curve, i, px, py)),
  ]);
}

function axisOf({ log, tight = false }: AxisPlan, values: readonly number[]): Axis {
  return log ? logAxis(values) : linearAxis(values, { zero: !tight });
}

function tickTexts({ ticks }: AxisPlan, axis: Axis): (readonly [number, string])[] {
  return ticks ? [...ticks] : axis.ticks.map((tick) => [tick, digits(tick)] as const);
}

function drawBound(x: number, text: string, i: number): string[] {
  return [
    line(x, TOP, x, HEIGHT - BOTTOM, { stroke: '#222', 'stroke-dasharray': '4 4' }),
    label(text, x + 4, TOP + 14 + 16 * i, { 'font-size': 12 }),
  ];
}

function drawCurve(
  { label: text, points }: CurvePlot['curves'][number],
  i: number,
  px: (value: number) => number,
  py: (value: number) => number,
): string[] {
  const colour = COLOURS[i % COLOURS.length] as string;
  const stroke = {
    stroke: colour,
    'stroke-width': 2,
    fill: 'none',
    'stroke-dasharray': DASHES[i % DASHES.length] || 'none',
  };
  const places = points.map(([a, b]) => `${px(a).toFixed(1)},${py(b).toFixed(1)}`);
  const path = places.filter((place, at) => place !== places[at - 1]).join(' ');
  const legend = TOP + 14 + i * 22;
  const marks = points.length <= 12 ? points.map(([a, b]) => mark(px(a), py(b), i, colour)) : [];
  return [
    element('polyline', { points: path, ...stroke }),
    ...marks,
    line(WIDTH - RIGHT + 14, legend, WIDTH - RIGHT + 44, legend, stroke),
    mark(WIDTH - RIGHT + 29, legend, i, colour),
    label(text, WIDTH - RIGHT + 52, legend + 4, { 'font-size': 12 }),
  ];
}

function mark(x: number, y: number, i: number, fill: string): string {
  if (i % 3 === 0) return element('circle', { cx: x, cy: y, r: 4, fill });
  if (i % 3 === 1) return element('rect', { x: x - 3.5, y: y - 3.5, width: 7, height: 7, fill });
  return element('path', { d: `M${x.toFixed(1)} ${(y - 5).toFixed(1)}l5 9h-10z`, fill });
}

/** The share of values that are at most so large, as steps. */
export function distribution(values: readonly number[]): (readonly [number, number])[] {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.flatMap((value, i) => [[value, i / sorted.length] as const, [value, (i + 1) / sorted.length] as const]);
}
