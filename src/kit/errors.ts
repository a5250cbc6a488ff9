/** The one error class. A message reads `operation subject: cause (hint)`; programs branch on `code`, never on text. */
export interface FaultDetails {
  /** Short advice for a person, shown in brackets. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export class SealaneError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;

  /** @param code stable, `room/what-happened`, listed in docs/errors.md */
  constructor(code: string, what: string, details: FaultDetails = {}) {
    super(sentence(what, details), { cause: details.cause });
    this.name = 'SealaneError';
    this.code = code;
    this.hint = details.hint;
    this.fields = details.fields ?? {};
  }
}

export function isFault(error: unknown, code: string): error is SealaneError {
  return error instanceof SealaneError && error.code === code;
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sentence(what: string, { cause, hint }: FaultDetails): string {
  const because = cause === undefined ? what : `${what}: ${messageOf(cause)}`;
  return hint ? `${because} (${hint})` : because;
}
