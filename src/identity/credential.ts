/** What an authority is asked for, and what it gives. */

/** PEM texts. The key is PKCS #8. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

export type Usage = 'client' | 'server';

export interface LeafRequest {
  readonly commonName: string;
  /** Groups of a Kubernetes user, such as `system:masters`. */
  readonly organizations?: readonly string[];
  /** IP addresses of a server. */
  readonly addresses?: readonly string[];
  readonly dnsNames?: readonly string[];
  /** Both when left out. */
  readonly usages?: readonly Usage[];
}
