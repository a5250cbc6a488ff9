/** The words by which the verifier refuses, out of a log that is mostly its trace. Pure. */
export interface Refusal {
  /** `R1 invalid mem access 'scalar'` */
  readonly reason: string;
  /** The line of C where it stood, if the object has line information. */
  readonly source?: string;
}

/** Instructions, states of registers and what it looked back for: no reasons. */
const TRACE =
  /^($|-- |libbpf: |\d+: |; |from \d+ to \d+|frame\d*|R\d+(_\w+)?=|last_idx|first_idx|regs=|parent |mark_precise|caller:|callee:|func#|Func#|Live regs|\.\.\.|The following|arg#|\[)/;

const isWord = (line: string) => !TRACE.test(line);

/** @returns undefined when the log holds none */
export function refusalIn(log: string): Refusal | undefined {
  const lines = log.split('\n').map((line) => line.trim());
  const end = lines.findLastIndex((line) => /^processed \d+ insns/.test(line));
  if (end < 0) return undefined;
  const last = lines.findLastIndex((line, i) => i < end && isWord(line));
  const at = lines.findLastIndex((line, i) => i < last && !isWord(line)) + 1; // several lines say why: the first of them
  const reason = lines[at];
  if (last < 0 || reason === undefined) return undefined;
  const source = lines.findLast((line, i) => i < at && line.startsWith('; '))?.slice(2);
  return { reason, ...(source && { source }) };
}
