/**
 * `sealane-sandbox pod-tool …`: the small programs that run inside pods in place of an image's own.
 *
 * @param args what stands behind `pod-tool`
 * @returns the exit code; servers return only when told to stop
 */
export async function runPodTool(args: readonly string[]): Promise<number> {
  process.stderr.write(`pod-tool: unknown program ${args[0] ?? ''}\n`);
  return 127;
}
