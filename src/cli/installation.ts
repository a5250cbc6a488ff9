/** Where the files of this installation are, run from source or from a bundle. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SealaneError } from '#kit/index.ts';

/** The folder with package.json. @throws `cli/no-installation` */
export function installationRoot(from: string = import.meta.dirname): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  throw new SealaneError('cli/no-installation', `find package.json above ${from}: none`);
}

export type Bundle = 'sealane' | 'sealane-sandbox';

export function bundlePath(bundle: Bundle): string {
  return join(installationRoot(), 'dist', `${bundle}.mjs`);
}

/** Folder of the compiled programs for the kernel. */
export function objectsFolder(): string {
  return join(installationRoot(), 'dist', 'bpf');
}
