const compiled = new Map<string, RegExp | undefined>();

/**
 * A pattern of a schema. Kubernetes' are RE2; what JavaScript writes differently is translated. Undefined when it cannot
 * be compiled: {@link checkStructural} says so, a value is then not judged by it.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  if (!compiled.has(pattern)) {
    if (compiled.size > 2000) compiled.clear();
    compiled.set(pattern, compile(pattern));
  }
  return compiled.get(pattern);
}

function compile(pattern: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = pattern
    .slice(flags?.[0].length ?? 0)
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll('(?P<', '(?<');
  if (NOT_IN_RE2.test(body)) return undefined;
  // V8's linear engine, which an API server turns on against patterns that backtrack without end, knows no `u` flag.
  return attempt(body, `${NEEDS_UNICODE.test(body) ? 'u' : ''}${flags?.[1] ?? ''}`);
}

/** Looking around and back references: RE2 has neither, nor has an engine that takes linear time. */
const NOT_IN_RE2 = /\(\?<?[=!]|\\[1-9]|\\k</;
const NEEDS_UNICODE = /\\[pPu]\{|[^\x20-\x7e]/;

function attempt(body: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(body, flags);
  } catch {
    return undefined;
  }
}
