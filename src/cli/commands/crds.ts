import { type Command, Option } from 'commander';
import { crds, type Role } from '#api/index.ts';
import { compatCrds } from '#compat/index.ts';
import { manifestOption, printManifests, type ManifestFormat } from '../manifests.ts';

export function register(program: Command): void {
  program
    .command('crds')
    .description('print the CustomResourceDefinitions that a hub or a member needs')
    .addOption(new Option('--role <role>', 'who will serve them').choices(['hub', 'member']).makeOptionMandatory())
    .addOption(manifestOption())
    .addHelpText('after', '\nExample:\n  sealane crds --role member | kubectl apply -f -')
    .action(({ role, output }: { role: Role; output: ManifestFormat }) =>
      printManifests(output, [...crds({ role }), ...(role === 'member' ? compatCrds() : [])]),
    );
}
