/** Door of `dns`: the node's resolver. */
export { answerMessage, type Answering, type Outcome, type ResolverCounts } from './answer-message.ts';
export { type Answer, type Query, resolve } from './resolve.ts';
export { createZone, type Zone } from './zone.ts';
export { type Resolver, type ResolverOptions, startResolver } from './server.ts';
export { type ListenAddress } from './listen.ts';
export { parseSnapshot } from './snapshot.ts';
export { listenTcp, type TcpListener } from './listen-tcp.ts';
export { type Handle, listenUdp } from './listen-udp.ts';
export { readQuery, type WireQuery } from './wire/read-query.ts';
export { addressRecord, typeOf } from './wire/records.ts';
export { type WireAnswer, writeAnswer, writeRefusal } from './wire/write-answer.ts';
