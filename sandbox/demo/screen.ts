/** What a person sees: progress lines, and a table that is redrawn while calls are counted. */
import { type Answers, type Band, compareShares } from './results.ts';

export interface Screen {
  title(text: string): void;
  say(text: string): void;
  /** Drawn over the one before until `settle`. Where nothing can be drawn over, only the last is shown. */
  draw(lines: readonly string[]): void;
  settle(): void;
}

const UP_AND_CLEAR = (lines: number) => `\u001B[${lines}A\u001B[J`;

export function createScreen(stream: NodeJS.WriteStream): Screen {
  let drawn: readonly string[] = [];
  const write = (lines: readonly string[]) => stream.write(lines.map((line) => `${line}\n`).join(''));
  return {
    title: (text) => write(['', text]),
    say: (text) => write([`  ${text}`]),
    draw(lines) {
      if (stream.isTTY) {
        if (drawn.length > 0) stream.write(UP_AND_CLEAR(drawn.length));
        write(lines);
      }
      drawn = lines;
    },
    settle() {
      if (!stream.isTTY) write(drawn);
      drawn = [];
    },
  };
}

/** Pure. */
export function shareTable(answers: Answers, of: number, expected: Readonly<Record<string, Band>>): string[] {
  const lines = compareShares(answers, expected).map(({ who, count, percent, expected: band, passed }) => {
    const bar = '█'.repeat(Math.round(percent / 5)).padEnd(20, '·');
    const wanted = band.tolerance === 0 ? `${band.percent}` : `${band.percent} ± ${band.tolerance}`;
    const verdict = answers.calls < of ? '' : passed ? 'ok' : 'NOT MET';
    return `    ${who.padEnd(10)} ${bar} ${percent.toFixed(1).padStart(5)} %  expected ${wanted.padEnd(7)} ${String(count).padStart(4)} of ${answers.calls}  ${verdict}`.trimEnd();
  });
  return [...lines, ...details(answers)];
}

function details({ pods, failures }: Answers): string[] {
  const shown = Object.entries({ ...pods, ...failures }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return shown.map(([name, count]) => `      ${String(count).padStart(4)}  ${name}`);
}
