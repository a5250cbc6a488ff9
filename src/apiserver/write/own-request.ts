import type { WriteRequest } from './request.ts';

/** A write that the server itself makes, under the name of the duty that asks for it. */
export function ownRequest(manager: string): WriteRequest {
  return { manager, dryRun: false, fieldValidation: 'Ignore', warnings: [] };
}
