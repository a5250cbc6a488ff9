/** Elements of SVG as text. Pure. */

type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, content = ''): string {
  const words = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escaped(value)}"`,
  );
  return content === '' ? `<${name}${words.join('')}/>` : `<${name}${words.join('')}>${content}</${name}>`;
}

export function label(text: string, x: number, y: number, more: Attributes = {}): string {
  return element('text', { x, y, ...more }, escaped(text));
}

export function line(x1: number, y1: number, x2: number, y2: number, more: Attributes): string {
  return element('line', { x1, y1, x2, y2, ...more });
}

/** With a background, since a page behind it may be dark. */
export function drawing(width: number, height: number, title: string, parts: readonly string[]): string {
  const font = 'font-family="system-ui, sans-serif" font-size="13" fill="#222"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${font}>`,
    element('title', {}, escaped(title)),
    element('rect', { width, height, fill: '#fff' }),
    label(title, 16, 26, { 'font-size': 15, 'font-weight': 600 }),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Okabe and Ito's colours, told apart by people who do not see all of them; lines have patterns and marks besides. */
export const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#b38600',
  '#56b4e9',
  '#222222',
  '#7a7a7a',
  '#8c510a',
  '#5e3c99',
] as const;
export const DASHES = ['', '7 3', '2 3', '9 3 2 3', '5 2', '1 2', '', '7 3', '2 3', '9 3 2 3'] as const;
export const GRID = '#dddddd';
