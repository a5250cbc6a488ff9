/** Logs are JSON lines on standard error: one event a line, fields rather than prose, never a secret. */
import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Levels by SEALANE_LOG: trace, debug, info (default), warn, error, silent. */
export function createLog(component: string, fields: Record<string, unknown> = {}): Log {
  const level = process.env['SEALANE_LOG'] ?? 'info';
  return pino({ level, base: { component, ...fields } }, pino.destination({ fd: 2, sync: true }));
}

/** For tests and one-shot commands. */
export const silentLog: Log = pino({ level: 'silent' });
