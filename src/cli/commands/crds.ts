import { type Command, Option } from 'commander';
import { crds, type Role } from '#api/index.ts';
import { compatCrds } from '#compat/index.ts';
import { manifestOption, printManifests, type ManifestFormat } from '../manifests.ts';

interface Flags {
  readonly role: Role;
  readonly flomesh: boolean;
  readonly output: ManifestFormat;
}

export function register(program: Command): void {
  program
    .command('crds')
    .description('print the CustomResourceDefinitions that a hub or a member needs')
    .addOption(new Option('--role <role>', 'who will serve them').choices(['hub', 'member']).makeOptionMandatory())
    .option('--flomesh', 'on a member: the kinds of ErieCanal and FSM too, where those have not installed them', false)
    .addOption(manifestOption())
    .addHelpText('after', '\nExample:\n  sealane crds --role member | kubectl apply -f -')
    .action(({ role, flomesh, output }: Flags) =>
      printManifests(output, [...crds({ role }), ...(flomesh && role === 'member' ? compatCrds() : [])]),
    );
}
