import { join } from 'node:path';
import type { CupolaError } from '../../pipelines/errors.ts';
import type { Log } from '../../pipelines/ports.ts';
import { openEmbeddedLog } from '../adapters/embedded/embedded-log.ts';
import type { KafkaLogOptions } from '../adapters/kafka/kafka-log.ts';
import { processName } from '../adapters/log/process-name.ts';
import { contentOf } from './content-of.ts';
import type { LogConfig } from './config-log.ts';

interface LogPlace {
  readonly log: LogConfig;
  readonly dataDir: string;
}

/** Where the embedded log is. */
function logFile({ dataDir }: LogPlace): string {
  return join(dataDir, 'cupola.db');
}

/** Where the embedded history is: with the log that it has the positions of, and never with those of another. */
export function historyFile(place: LogPlace): string {
  return place.log.kind === 'embedded' ? logFile(place) : join(place.dataDir, 'history.db');
}

/** Time between two commits of a service in a partition. On Kafka each has its price; the embedded log's cost nothing. */
export function commitIntervalMs({ kind, commitIntervalMs }: LogConfig): number {
  return commitIntervalMs ?? (kind === 'kafka' ? 250 : 0);
}

/**
 * Opens the log that a configuration names.
 *
 * Errors: CUPOLA_LOG_IN_USE, CUPOLA_LOG_UNREACHABLE, CUPOLA_LOG_ACCESS_REFUSED, CUPOLA_FILE_UNUSABLE.
 */
export async function openLog(place: LogPlace, report: (error: CupolaError) => void): Promise<Log> {
  const { log } = place;
  if (log.kind === 'embedded') return openEmbeddedLog({ path: logFile(place), partitions: log.partitions });
  const { openKafkaLog } = await import('../adapters/kafka/kafka-log.ts');
  return openKafkaLog({ ...kafkaOptions(log), report });
}

/** What the brokers are asked with. Errors: CUPOLA_FILE_UNUSABLE. */
export function kafkaOptions({ prefix, partitions, replicationFactor, sessionTimeoutMs, ...log }: LogConfig) {
  return { ...brokerOptions(log), prefix, partitions, replicationFactor, sessionTimeoutMs } satisfies KafkaLogOptions;
}

/** How brokers are reached. Errors: CUPOLA_FILE_UNUSABLE. */
export function brokerOptions({ brokers, tls, sasl }: Pick<LogConfig, 'brokers' | 'tls' | 'sasl'>) {
  return {
    clientId: processName,
    brokers,
    ssl: tls.enabled && { ca: given(tls.caFile), cert: given(tls.certFile), key: given(tls.keyFile) },
    sasl: saslOptions(sasl),
  } satisfies KafkaLogOptions;
}

function saslOptions({ mechanism, username = '', passwordFile = '' }: LogConfig['sasl']): KafkaLogOptions['sasl'] {
  if (mechanism === 'none') return undefined;
  return { mechanism, username, password: contentOf(passwordFile).trim() };
}

function given(path: string | undefined): string | undefined {
  return path === undefined ? undefined : contentOf(path);
}
