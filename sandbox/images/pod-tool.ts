/** Each program is loaded when it is asked for: a pod carries no more than it runs. */
const PROGRAMS: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  'serve-http': async () => (await import('./serve-http.ts')).serveHttp,
  'serve-udp': async () => (await import('./serve-udp.ts')).serveUdp,
  call: async () => (await import('./call.ts')).call,
  keep: async () => (await import('./keep.ts')).keep,
  lookup: async () => (await import('./lookup.ts')).lookup,
  curl: async () => (await import('./curl.ts')).curl,
  ready: async () => (await import('./ready.ts')).ready,
  sleep: async () => (await import('./wait.ts')).wait,
};

/**
 * `sealane-sandbox pod-tool …`: the small programs that run inside pods in place of an image's own.
 *
 * @param args what stands behind `pod-tool`
 * @returns the exit code; servers return only when told to stop
 */
export async function runPodTool(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  const load = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  if (!load) {
    process.stderr.write(`pod-tool: unknown program "${name}" (there are ${Object.keys(PROGRAMS).join(', ')})\n`);
    return 127;
  }
  try {
    return await (await load())(rest);
  } catch (error) {
    process.stderr.write(`pod-tool ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}
