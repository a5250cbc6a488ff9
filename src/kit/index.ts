/** Door of `kit`. The list is closed: errors, log, clock, queue, address. */
export {
  type Address,
  addressAt,
  cidr,
  contains,
  type Family,
  familyOf,
  familyOfText,
  formatEndpoint,
  formatIp,
  formatRange,
  ip,
  overlaps,
  parseEndpoint,
  parseIp,
  type Range,
  rangeOf,
} from './address.ts';
export { type Clock, doubled, every, inTurns, microTimestamp, sleep, systemClock, timestamp, uuid } from './clock.ts';
export { type FaultDetails, isFault, messageOf, SealaneError } from './errors.ts';
export { createLog, type Log, silentLog } from './log.ts';
export { createQueue, type Queue, type QueueOptions, type Try } from './queue.ts';
