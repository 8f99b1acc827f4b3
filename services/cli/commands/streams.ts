import type { Command } from 'commander';
import type { PartitionSummary, StreamDetail, StreamSnapshot } from '../../console/api.ts';
import { examples, printResult, table, timeText } from '../output.ts';
import { addSystemOptions, systemClient, type SystemOptions } from '../system-options.ts';

/** `cupola streams [STREAM]`: what a running system watches, and how it stands. */
export function addStreams(program: Command): void {
  const command = program
    .command('streams')
    .description(
      'List the streams of a running system and how they stand, and the partitions with lag and process; or show one stream',
    )
    .argument('[stream]', 'show this one');
  addSystemOptions(command)
    .addHelpText('after', examples('cupola streams', 'cupola streams water --json'))
    .action((stream: string | undefined, options: SystemOptions) =>
      stream === undefined ? listStreams(options) : showStream(stream, options),
    );
}

async function listStreams(options: SystemOptions): Promise<void> {
  const client = systemClient(options);
  const { streams } = await client.get<{ streams: readonly StreamSnapshot[] }>('/api/streams');
  const { partitions } = await client.get<{ partitions: readonly PartitionSummary[] }>('/api/partitions');
  printResult(options, { streams, partitions }, () =>
    [
      table(['STREAM', 'STATE', 'SCORE', 'THRESHOLD', 'MODEL', 'WATERMARK'], streams.map(streamRow)),
      '',
      table(['PARTITION', 'STREAMS', 'WATERMARK', 'SERVICE', 'LAG', 'PROCESS'], partitions.flatMap(partitionRows)),
    ].join('\n'),
  );
}

/** A row a service; what they share stands in the first. */
function partitionRows({ partition, streams, watermarkMs, services }: PartitionSummary): string[][] {
  return services.map(({ service, lagRecords, member }, i) => [
    ...(i === 0 ? [String(partition), String(streams.length), timeText(watermarkMs)] : ['', '', '']),
    service,
    String(lagRecords),
    member ?? '-',
  ]);
}

function streamRow({
  stream,
  state,
  suspicion,
  remainingMs,
  score,
  threshold,
  model,
  watermarkMs,
}: StreamSnapshot): string[] {
  return [
    stream,
    `${state}${remainingMs === null ? '' : `, ${Math.ceil(remainingMs / 60_000)} min left`}${suspectText(suspicion)}`,
    numberText(score?.anomalyScore),
    numberText(threshold?.level),
    model?.version ?? '-',
    timeText(watermarkMs),
  ];
}

async function showStream(stream: string, options: SystemOptions): Promise<void> {
  const detail = await systemClient(options).get<StreamDetail>(`/api/streams/${encodeURIComponent(stream)}`);
  printResult(options, detail, ({ name, subsystem, channels, contributions, ...rest }) => {
    const shares = new Map(contributions.map(({ channelId, share }) => [channelId, share]));
    const rows = channels.map((channel) => {
      const share = shares.get(channel.id);
      return [channel.id, channel.name, channel.unit, channel.kind, channel.role, numberText(share)];
    });
    const fields = {
      name,
      subsystem,
      state: `${rest.state}${suspectText(rest.suspicion)}`,
      model: rest.model?.version ?? '-',
      watermark: timeText(rest.watermarkMs),
    };
    const head = Object.entries(fields).map(([field, value]) => `${field}: ${value}`);
    return [...head, '', table(['CHANNEL', 'NAME', 'UNIT', 'KIND', 'ROLE', 'SHARE'], rows)].join('\n');
  });
}

function suspectText(suspicion: StreamSnapshot['suspicion']): string {
  return suspicion ? ', model suspect' : '';
}

function numberText(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toPrecision(3);
}
