import type { GivenSocket, Rescue } from '#kernel/index.ts';
import type { ClusterIndex } from '../apply/cluster-index.ts';
import type { ConnectDuty } from '../duties/connect.ts';
import type { ConnectionEnds } from '../duties/end-connections.ts';
import type { OpenConnection, Sockets } from './model.ts';
import { whatIsOpen } from './what-is-open.ts';

/** States of TCP in which both ends have said that it is over: CLOSING, LAST_ACK. */
const OVER: ReadonlySet<number> = new Set([9, 11]);

interface Socket extends OpenConnection {
  readonly socket: GivenSocket;
}

export interface SocketParts {
  readonly sockets: Pick<Rescue, 'list'>;
  readonly ends: Pick<ConnectionEnds, 'end'>;
  readonly connect: Pick<ConnectDuty, 'placed'>;
  readonly clusters: ClusterIndex;
  /** Name of the own cluster. */
  readonly self: string;
}

/** What the kernel has open, by the names that its numbers have in the tables now. */
export function kernelSockets({ sockets, ends, connect, clusters, self }: SocketParts): Sockets<Socket> {
  return {
    open: () => whatIsOpen(stillOpen(sockets.list()), connect.placed(), clusters, self),
    async end(these) {
      await ends.end(
        these.map(({ socket }) => socket),
        () => 'drained',
      );
    },
  };
}

/** One may be met twice on the way. */
function stillOpen(sockets: Iterable<GivenSocket>): GivenSocket[] {
  const open = new Map<bigint, GivenSocket>();
  for (const socket of sockets) if (!OVER.has(socket.state)) open.set(socket.cookie, socket);
  return [...open.values()];
}
