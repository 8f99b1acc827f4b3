import { CupolaError } from '../../pipelines/errors.ts';
import { topics } from '../../pipelines/topics.ts';
import type { PlannedTopic } from '../adapters/kafka/topic-plan.ts';
import type { LogConfig } from './config-log.ts';
import { kafkaOptions } from './open-log.ts';

export type { PlannedTopic };

/**
 * What is to be done for the brokers to have the topics of the topic table, or of some of them by name; does it, given
 * `apply`.
 *
 * Errors: CUPOLA_CONFIG_INVALID where the log is not on Kafka; CUPOLA_TOPIC_UNKNOWN for a name that the table does not
 * have; those of the brokers.
 */
export async function planKafkaTopics(
  log: LogConfig,
  only: readonly string[],
  apply: boolean,
): Promise<readonly PlannedTopic[]> {
  if (log.kind !== 'kafka')
    throw new CupolaError(
      'CUPOLA_CONFIG_INVALID',
      `log.kind is ${log.kind}; it must be kafka: others make their topics`,
      {
        field: 'log.kind',
        value: log.kind,
        bound: 'kafka',
      },
    );
  const { planTopics } = await import('../adapters/kafka/topic-plan.ts');
  return planTopics(specsOf(only), kafkaOptions(log), apply);
}

function specsOf(only: readonly string[]): (typeof topics)[keyof typeof topics][] {
  const specs = Object.values(topics);
  const names = specs.map(({ name }) => name);
  const unknown = only.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined)
    throw new CupolaError('CUPOLA_TOPIC_UNKNOWN', `${unknown} is not one of ${names.join(', ')}`, {
      field: 'topic',
      value: unknown,
    });
  return only.length === 0 ? specs : specs.filter(({ name }) => only.includes(name));
}
