import { destination, pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config-schema.ts';

export type { Logger } from 'pino';

const standardError = 2;

/**
 * The host's log: on standard error, so that standard output is left to results; JSON lines, or text on a terminal.
 * Written synchronously: what led to an end is not lost with it.
 */
export function createLogger({ level, pretty: wanted }: Config['logging']): Logger {
  const isTerminal = process.stderr.isTTY;
  const isPretty = wanted === 'always' || (wanted === 'auto' && isTerminal);
  const stream = isPretty
    ? pretty({
        destination: standardError,
        sync: true,
        colorize: isTerminal,
        ignore: 'pid,hostname',
        translateTime: 'HH:MM:ss',
      })
    : destination({ dest: standardError, sync: true });
  return pino({ level, base: isPretty ? {} : { pid: process.pid } }, stream);
}
