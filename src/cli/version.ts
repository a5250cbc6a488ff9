/** Filled in by tools/build.ts. */
declare const SEALANE_VERSION: string | undefined;

export function version(): string {
  return typeof SEALANE_VERSION === 'undefined' ? 'development' : SEALANE_VERSION;
}
