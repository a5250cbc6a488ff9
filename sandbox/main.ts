/** Entry of the sandbox bundle: the `sandbox …` commands, and the sandbox's own processes. */
const args = process.argv.slice(2);
// Pods are many: what runs in them loads nothing that it does not need.
const code = args[0] === 'pod-tool' ? await runInPod(args.slice(1)) : await runCommand(args);
if (code !== undefined) process.exit(code);

async function runInPod(rest: readonly string[]): Promise<number> {
  const { runPodTool } = await import('#sandbox/images/index.ts');
  return runPodTool(rest);
}

async function runCommand(words: string[]): Promise<number | undefined> {
  const [{ runProgram }, { SANDBOX }] = await Promise.all([import('#cli/index.ts'), import('./program.ts')]);
  return runProgram(SANDBOX, words);
}
