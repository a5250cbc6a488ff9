/** Says on a Service what the service proxy does not carry: node ports and SCTP. Every agent says the same. */
import { FIELD_MANAGER, SERVICES, type Service } from '#api/index.ts';
import { type Clock, timestamp } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';

export const CONDITION = 'sealane.dev/Served';

/** @returns undefined when everything of it is served */
export function unserved({ spec = {} }: Service): string | undefined {
  const ports = spec.ports ?? [];
  const node = ports.filter((port) => port.nodePort).map((port) => `node port ${port.nodePort}`);
  const sctp = ports.filter((port) => port.protocol === 'SCTP').map((port) => `SCTP port ${port.port}`);
  const what = [...node, ...sctp];
  return what.length > 0
    ? `the service proxy serves cluster IPs over TCP and UDP: ${what.join(', ')} not served`
    : undefined;
}

export class ServiceConditions {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #said = new Map<string, string>();

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async tell(key: string, service: Service | undefined): Promise<void> {
    const message = service && unserved(service);
    if (!service || this.#said.get(key) === message) return;
    if (message === undefined) return void this.#said.delete(key);
    const { name, namespace = '' } = service.metadata;
    const condition = { type: CONDITION, status: 'False', reason: 'NotServed', message };
    const body = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      status: { conditions: [{ ...condition, lastTransitionTime: timestamp(this.#clock) }] },
    };
    await this.#client.apply(SERVICES, body, { fieldManager: FIELD_MANAGER.agent, subresource: 'status' });
    this.#said.set(key, message);
  }
}
