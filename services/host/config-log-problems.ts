import { logSchema, type LogConfig } from './config-log.ts';
import { pathText, problem, type ConfigProblem } from './config-problems.ts';
import type { ConfigPath } from './config-reference.ts';

/** What only Kafka has. */
const kafkaFields = ['brokers', 'prefix', 'replicationFactor', 'sessionTimeoutMs', 'tls', 'sasl'] as const;

/** What no field of the log alone has wrong. */
export function* logProblems(log: LogConfig): Generator<ConfigProblem> {
  if (log.kind === 'kafka') return yield* kafkaProblems(log);
  const preset = logSchema.parse({});
  for (const name of kafkaFields)
    if (JSON.stringify(log[name]) !== JSON.stringify(preset[name]))
      yield problem(['log', name], log[name], 'left out, while log.kind is embedded');
}

function* kafkaProblems({ brokers, prefix, tls, sasl }: LogConfig): Generator<ConfigProblem> {
  if (brokers.length === 0)
    yield problem(['log', 'brokers'], brokers, 'a list of at least one host:port, while log.kind is kafka');
  for (const [i, broker] of brokers.entries())
    if (!/^[^:\s]+:\d+$/.test(broker)) yield problem(['log', 'brokers', i], broker, 'host:port');
  if (!/^[\w.-]*$/.test(prefix))
    yield problem(['log', 'prefix'], prefix, 'letters, digits, dots, underscores and hyphens');
  yield* accessProblems(['log'], { tls, sasl });
}

/** What is wrong with how brokers are told who this is; `at` is the section's place. */
export function* accessProblems(
  at: ConfigPath,
  { tls, sasl }: Pick<LogConfig, 'tls' | 'sasl'>,
): Generator<ConfigProblem> {
  const { enabled, ...files } = tls;
  for (const [name, file] of Object.entries(files))
    if (!enabled)
      yield problem([...at, 'tls', name], file, `left out, while ${pathText([...at, 'tls', 'enabled'])} is false`);
  if (enabled && (tls.certFile === undefined) !== (tls.keyFile === undefined))
    yield problem(
      [...at, 'tls', tls.certFile === undefined ? 'certFile' : 'keyFile'],
      undefined,
      'given with the other',
    );
  for (const name of ['username', 'passwordFile'] as const)
    if ((sasl[name] === undefined) !== (sasl.mechanism === 'none'))
      yield problem(
        [...at, 'sasl', name],
        sasl[name],
        `${sasl.mechanism === 'none' ? 'left out' : 'given'}, while ${pathText([...at, 'sasl', 'mechanism'])} is ${sasl.mechanism}`,
      );
}
