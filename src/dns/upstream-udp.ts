/** Questions to one upstream over UDP. */
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '#kit/index.ts';
import type { Upstream } from './upstreams.ts';
import { isAnswerTo } from './wire/same-question.ts';

interface Pending {
  readonly query: Buffer;
  readonly done: (answer: Buffer | undefined) => void;
}

/** A connected socket and what was asked through it; connected, so that a dead upstream is told by ICMP at once. */
interface Session {
  readonly socket: Socket;
  readonly pending: Map<number, Pending>;
  retired: boolean;
}

export interface UdpUpstream {
  /** Resolves to undefined when nothing valid came in time; never rejects. */
  ask(query: Buffer, timeoutMs: number): Promise<Buffer | undefined>;
  close(): void;
}

export function createUdpUpstream({ address, port }: Upstream, clock: Clock): UdpUpstream {
  let opening: Promise<Session | undefined> | undefined;
  const sessions = new Set<Session>();
  let closed = false;

  const session = () => (opening ??= open());

  async function open(): Promise<Session | undefined> {
    const opened: Session = { socket: createSocket('udp4'), pending: new Map(), retired: false };
    opened.socket.on('error', () => failAll(opened));
    opened.socket.on('message', (answer) => receive(opened, answer));
    sessions.add(opened);
    const connected = await connect(opened.socket, port, address);
    if (connected) return opened;
    retire(opened);
    return undefined;
  }

  /** After a silence the next question goes through a new socket: another source port, and another source address if ours changed. */
  function retire(old: Session) {
    if (!old.retired) opening = undefined;
    old.retired = true;
    if (old.pending.size === 0 && sessions.delete(old)) old.socket.close();
  }

  async function ask(query: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
    const open = closed ? undefined : await session();
    const id = open && freeId(open, clock);
    if (!open || id === undefined) return undefined;
    return new Promise((resolve) => {
      const done = (answer: Buffer | undefined) => {
        cancel();
        open.pending.delete(id);
        if (!answer || open.retired) retire(open);
        resolve(answer && withId(answer, query.readUInt16BE(0)));
      };
      const cancel = clock.after(timeoutMs, () => done(undefined));
      open.pending.set(id, { query, done });
      open.socket.send(withId(query, id), (error) => {
        if (error && open.pending.has(id)) done(undefined);
      });
    });
  }

  return {
    ask,
    close() {
      closed = true;
      for (const one of sessions) {
        failAll(one);
        retire(one);
      }
    },
  };
}

function receive({ pending }: Session, answer: Buffer) {
  if (answer.length < 12) return;
  const id = answer.readUInt16BE(0);
  const asked = pending.get(id);
  if (asked && isAnswerTo(asked.query, answer, id)) asked.done(answer);
}

function failAll({ pending }: Session) {
  for (const { done } of pending.values()) done(undefined);
}

/** Unpredictable and unused. */
function freeId({ pending }: Session, clock: Clock): number | undefined {
  for (let tries = 0; tries < 64; tries += 1) {
    const id = Math.floor(clock.random() * 0x10000);
    if (!pending.has(id)) return id;
  }
  return undefined;
}

function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id, 0);
  return copy;
}

function connect(socket: Socket, port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false));
    socket.connect(port, address, () => resolve(true));
  });
}
