/** Door of `cli`, for the sandbox's own command line and the reference pages, and no one else. */
export { type Bundle, bundlePath, installationRoot, objectsFolder } from './installation.ts';
export { type OutputFormat, outputOption, print, printJson, printTable, type Row } from './output.ts';
export { type BundleFlags, bundleFile, bundleOptions, sayPart, showBundle } from './support-bundle.ts';
export { version } from './version.ts';
export {
  type CommandModule,
  exitCodeOf,
  type LazyCommand,
  type ProgramOptions,
  runProgram,
  wholeProgram,
} from './program.ts';
