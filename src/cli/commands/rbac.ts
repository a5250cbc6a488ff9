import { type Command, Option } from 'commander';
import { rbac, type Role } from '#api/index.ts';
import { manifestOption, printManifests, type ManifestFormat } from '../manifests.ts';

interface Flags {
  readonly role: Role;
  readonly member?: string;
  readonly derivedServices: boolean;
  readonly output: ManifestFormat;
}

export function register(program: Command): void {
  program
    .command('rbac')
    .description('print the roles, bindings and accounts that a hub or a member needs')
    .addOption(
      new Option('--role <role>', 'where they will be installed').choices(['hub', 'member']).makeOptionMandatory(),
    )
    .option('--member <name>', 'on the hub: this member’s namespace, account and rights too')
    .option('--derived-services', 'in a member started with it: what that needs too', false)
    .addOption(manifestOption())
    .addHelpText(
      'after',
      '\nExamples:\n  sealane rbac --role member | kubectl apply -f -\n  sealane rbac --role hub --member east | kubectl apply -f -',
    )
    .action(({ role, member, derivedServices, output }: Flags) =>
      printManifests(output, rbac({ role, derivedServices, ...(member && { member }) })),
    );
}
