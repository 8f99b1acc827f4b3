import { CupolaError } from '../../../pipelines/errors.ts';

/** What kafkajs throws, as far as it matters. */
interface KafkaError extends Error {
  readonly type?: string;
  readonly code?: number | string;
  readonly retriable?: boolean;
  readonly broker?: string;
  readonly cause?: unknown;
  /** Of a request about several topics. */
  readonly errors?: readonly unknown[];
}

/** What a broker answers to a writer that a newer one has fenced, or whose transaction it has given up. */
const fencing = new Set([
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'TRANSACTION_COORDINATOR_FENCED',
]);

/** PRODUCER_FENCED, which kafkajs 2.2.4 has no name for. */
const producerFenced = 90;

const refused = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
]);

/** What no broker set up like this one will take, however often it is asked. */
const unacceptable = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'INVALID_SESSION_TIMEOUT',
]);

/** Passing troubles that kafkajs itself does not count among those that a retry helps. */
const passing = new Set(['CONCURRENT_TRANSACTIONS', 'UNSTABLE_OFFSET_COMMIT', 'OFFSET_OUT_OF_RANGE']);

const passingNames = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
]);

/** The error itself, out of kafkajs' wrapping. */
export function innermost(error: unknown): KafkaError {
  let inner = error as KafkaError;
  while (inner.name?.startsWith('KafkaJSN') && inner.cause instanceof Error) inner = inner.cause;
  return (inner.errors?.[0] as KafkaError | undefined) ?? inner;
}

/** The broker's own word for what went wrong, such as NOT_LEADER_FOR_PARTITION; null where it said nothing. */
export function errorType(error: unknown): string | null {
  const { type, code } = innermost(error);
  return code === producerFenced ? 'PRODUCER_FENCED' : (type ?? null);
}

/** Whether a newer writer of the same identity has taken over. */
export function isFencing(error: unknown): boolean {
  const type = errorType(error);
  return type === 'PRODUCER_FENCED' || (type !== null && fencing.has(type));
}

/** Whether a broker has lost, or never had, the count of a producer's batches. */
export function isOutOfSequence(error: unknown): boolean {
  const type = errorType(error instanceof CupolaError ? error.subject.cause : error);
  return (
    type === 'OUT_OF_ORDER_SEQUENCE_NUMBER' || type === 'UNKNOWN_PRODUCER_ID' || type === 'DUPLICATE_SEQUENCE_NUMBER'
  );
}

/** What Node and OpenSSL call the troubles of certificates and of TLS. */
const tlsCode = /CERT|SIGNATURE|INVALID_CA|^ERR_(TLS|SSL|OSSL)_|^EPROTO$/;

/** Whether there is no encrypted connection, and will be none. */
function isTlsTrouble(error: unknown): boolean {
  const { code } = innermost(error);
  return typeof code === 'string' && tlsCode.test(code);
}

/** Whether trying again can help: a broker is away, a leader moves, another transaction is about to end. */
export function isPassing(error: unknown): boolean {
  if (error instanceof CupolaError || isTlsTrouble(error)) return false;
  const { name, retriable } = innermost(error);
  const type = errorType(error);
  if (type !== null && (refused.has(type) || fencing.has(type))) return false;
  if (type !== null && passing.has(type)) return true;
  return passingNames.has(name) || (name === 'KafkaJSProtocolError' && retriable === true);
}

/** The broker (host:port) that did not answer in time; null where that was not the trouble. */
export function silentBroker(error: unknown): string | null {
  const { name, broker } = innermost(error);
  return name === 'KafkaJSRequestTimeoutError' ? (broker ?? null) : null;
}

/** The product's own error for what kafkajs threw; one that is the product's own already stays as it is. */
export function cupolaError(error: unknown, doing: string): CupolaError {
  if (error instanceof CupolaError) return error;
  const inner = innermost(error);
  const type = errorType(error);
  const detail = `${doing}: ${inner.message}`;
  const subject = { field: 'log', value: type ?? inner.name, cause: error };
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return new CupolaError('CUPOLA_TOPIC_UNKNOWN', detail, subject);
  if (isFencing(error)) return new CupolaError('CUPOLA_WRITER_FENCED', detail, subject);
  if (type !== null && unacceptable.has(type)) return new CupolaError('CUPOLA_LOG_REQUEST_INVALID', detail, subject);
  if (inner.name === 'KafkaJSSASLAuthenticationError' || (type !== null && refused.has(type)))
    return new CupolaError('CUPOLA_LOG_ACCESS_REFUSED', detail, subject);
  if (isTlsTrouble(error)) return new CupolaError('CUPOLA_LOG_TLS_FAILED', detail, { ...subject, field: 'log.tls' });
  if (isPassing(error)) return new CupolaError('CUPOLA_LOG_UNREACHABLE', detail, subject);
  return new CupolaError('CUPOLA_LOG_FAILED', detail, subject);
}
