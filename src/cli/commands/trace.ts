import type { Command } from 'commander';
import { traceCall } from '#agent/index.ts';
import { renderTrace } from '#explain/index.ts';
import { SealaneError, silentLog } from '#kit/index.ts';
import { type OutputFormat, outputOption, printJson } from '../output.ts';

interface Flags {
  readonly udp: boolean;
  readonly name?: string;
  readonly output: OutputFormat;
}

const EXAMPLE = `
Examples:
  sealane trace cluster-2 curl/curl httpbin.httpbin:8080
  sealane trace cluster-2 curl/curl-7d9f 240.10.1.7:53 --udp --output json

Exit code 1: the kernel does not hold what the objects ask for.`;

export function register(program: Command): void {
  program
    .command('trace')
    .description(
      'why a call goes where it goes: name, service, tiers, shares, backends; what is wanted beside what the kernel has',
    )
    .argument('<cluster>', 'the caller’s cluster')
    .argument('<namespace/pod>', 'the caller, or the name of its Deployment', namespaced)
    .argument('<name:port>', 'what is called, as the pod would name it', endpoint)
    .option('--udp', 'a UDP call', false)
    .option('--name <sandbox>', 'which agents, where several sets run on this machine')
    .addOption(outputOption())
    .addHelpText('after', EXAMPLE)
    .action(async (cluster: string, caller: Caller, target: Target, { udp, name, output }: Flags) => {
      const protocol = udp ? 'UDP' : 'TCP';
      const report = await traceCall({
        cluster,
        ...caller,
        ...target,
        protocol,
        ...(name && { within: `/${name}/` }),
        log: silentLog,
      });
      if (output === 'json') printJson(report);
      else process.stdout.write(`${renderTrace(report)}\n`);
      if (report.differences.length > 0) process.exitCode = 1;
    });
}

interface Caller {
  readonly namespace: string;
  readonly pod: string;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

function namespaced(text: string): Caller {
  const [namespace, pod, rest] = text.split('/');
  if (namespace && pod && rest === undefined) return { namespace, pod };
  throw new SealaneError('cli/bad-pod', `read pod "${text}"`, { hint: 'NAMESPACE/POD' });
}

function endpoint(text: string): Target {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  if (at > 0 && Number.isInteger(port) && port > 0 && port < 65_536) return { host: text.slice(0, at), port };
  throw new SealaneError('cli/bad-endpoint', `read "${text}": no port`, {
    hint: 'NAME:PORT, such as httpbin.httpbin:8080',
  });
}
