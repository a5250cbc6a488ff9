/**
 * A certificate authority kept in memory: one self-signed EC P-256 root and the leaf certificates it signs.
 * Leaves carry their names where Kubernetes looks for them: the user in CN, its groups in O.
 */
import { type Clock, SealaneError, systemClock } from '#kit/index.ts';
import type { Signer } from './certificates.ts';
import type { Credential, LeafRequest } from './credential.ts';

export interface Authority extends Credential {
  issue(request: LeafRequest): Promise<Credential>;
}

export interface AuthorityOptions {
  readonly clock?: Clock;
  /** How long the root and its leaves are valid; a year by default. */
  readonly validForMs?: number;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Makes a new root. @throws `identity/not-made` when the crypto library refuses */
export async function createAuthority(commonName: string, options: AuthorityOptions = {}): Promise<Authority> {
  return guarded(`make authority "${commonName}"`, async () => {
    const root = await (await library()).signRoot(commonName, lifetime(options));
    return authorityOf(root, options);
  });
}

/** Takes up a root made earlier. @throws `identity/not-made` when the PEM cannot be read */
export async function openAuthority(root: Credential, options: AuthorityOptions = {}): Promise<Authority> {
  return guarded('open authority', async () => authorityOf(await (await library()).readSigner(root), options));
}

function authorityOf(root: Signer, options: AuthorityOptions): Authority {
  return {
    certificate: root.certificate,
    key: root.key,
    issue: (request) =>
      guarded(`issue certificate "${request.commonName}"`, async () =>
        (await library()).signLeaf(root, request, lifetime(options)),
      ),
  };
}

/** Starts an hour early: clocks of machines differ. */
function lifetime({ clock = systemClock, validForMs = YEAR_MS }: AuthorityOptions) {
  const now = clock.now();
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + validForMs) };
}

async function guarded<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new SealaneError('identity/not-made', what, { cause });
  }
}

function library(): Promise<typeof import('./certificates.ts')> {
  return import('./certificates.ts');
}
