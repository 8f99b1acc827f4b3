import type { Command } from 'commander';
import { loadConfig } from '../../host/config.ts';
import type { PlannedTopic } from '../../host/kafka-topics.ts';
import { examples, printResult, table, type OutputOptions } from '../output.ts';

interface TopicsOptions extends OutputOptions {
  readonly config?: string;
}

const about = `
Compares partitions, retention.ms and cleanup.policy with what Cupola needs. Other topics, and what else was set for
these, are left alone. A count of partitions is never changed, since keys would move to other partitions: \`decide\`
means to go on as it is (log.partitions), or to begin under another log.prefix.`;

/** `cupola topics plan|apply`: the topics on Kafka's brokers. */
export function addTopics(program: Command): void {
  const topics = program.command('topics').description('Compare the topics on Kafka with those that Cupola needs');
  addOptions(topics.command('plan').description('Show what is missing or differs; changes nothing'))
    .addHelpText('after', `${about}\n${examples('cupola topics plan', 'cupola topics plan cupola.scores --json')}`)
    .action((names: string[], options: TopicsOptions) => run(names, options, false));
  addOptions(topics.command('apply').description('Create what is missing and set what differs'))
    .addHelpText('after', `${about}\n${examples('cupola topics apply', 'cupola topics apply cupola.telemetry')}`)
    .action((names: string[], options: TopicsOptions) => run(names, options, true));
}

function addOptions(command: Command): Command {
  return command
    .argument('[topics...]', 'names without log.prefix; all by default')
    .option('-c, --config <file>', 'configuration file')
    .option('--json', 'print JSON on one line');
}

async function run(names: readonly string[], options: TopicsOptions, apply: boolean): Promise<void> {
  const { config } = loadConfig({ file: options.config });
  const { planKafkaTopics } = await import('../../host/kafka-topics.ts');
  const topics = await planKafkaTopics(config.log, names, apply);
  printResult(options, { applied: apply, topics }, () => text(topics, apply));
}

/** What a script reads as `action`, in words: to be done, or done. */
const words = {
  create: ['create', 'created'],
  change: ['change', 'changed'],
  decide: ['decide', 'left alone'],
  none: ['', ''],
} as const satisfies Record<PlannedTopic['action'], readonly [string, string]>;

function text(topics: readonly PlannedTopic[], apply: boolean): string {
  const rows = topics.map((topic) => [topic.topic, words[topic.action][apply ? 1 : 0], details(topic)]);
  return table(['TOPIC', apply ? 'DONE' : 'TO DO', 'WHAT'], rows);
}

function details({ action, partitions, wantedPartitions, changes }: PlannedTopic): string {
  if (action === 'create') return `${partitions} partitions`;
  const differences = changes.map(({ config, found, wanted }) => `${config} ${found ?? 'unset'} -> ${wanted}`);
  if (partitions !== wantedPartitions)
    differences.push(`has ${partitions} partitions, not ${wantedPartitions}: decide which it shall be`);
  return differences.length > 0 ? differences.join('; ') : 'as it should be';
}
