/** What comes with every write. */
import type { User } from '../http/exchange.ts';

export interface WriteRequest {
  /** `fieldManager`, or the first part of the User-Agent. */
  readonly manager: string;
  readonly dryRun: boolean;
  /** What happens to fields that no schema knows: refuse, drop and warn, drop. */
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  /** Who asks; absent when the server itself writes. */
  readonly user?: User;
  /** `status`, `scale`; absent for the object itself. */
  readonly subresource?: string | undefined;
  /** Collected for `Warning` headers. */
  readonly warnings: string[];
}

export interface ObjectRef {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface DeleteRequest {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly graceSeconds?: number | undefined;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly dryRun: boolean;
}
