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
  return attempt(body, `u${flags?.[1] ?? ''}`) ?? attempt(body, flags?.[1] ?? '');
}

function attempt(body: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(body, flags);
  } catch {
    return undefined;
  }
}
