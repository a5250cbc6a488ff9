import { type Command, Option } from 'commander';
import { rbac, type Role } from '#api/index.ts';
import { manifestOption, printManifests, type ManifestFormat } from '../manifests.ts';

export function register(program: Command): void {
  program
    .command('rbac')
    .description('print the roles, bindings and accounts that a hub or a member needs')
    .addOption(
      new Option('--role <role>', 'where they will be installed').choices(['hub', 'member']).makeOptionMandatory(),
    )
    .addOption(manifestOption())
    .addHelpText('after', '\nExample:\n  sealane rbac --role hub | kubectl apply -f -')
    .action(({ role, output }: { role: Role; output: ManifestFormat }) => printManifests(output, rbac({ role })));
}
