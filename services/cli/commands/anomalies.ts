import type { Command } from 'commander';
import type { AnomalyDetail, AnomalySummary, SimilarIncident, SimilarIncidents } from '../../console/api.ts';
import { examples, printResult, table, timeText } from '../output.ts';
import { addSystemOptions, systemClient, type SystemOptions } from '../system-options.ts';
import { time } from '../time-option.ts';
import { wholeNumber } from '../whole-number.ts';

const channelsShown = 3;

/** `cupola anomalies list|show|similar`: what a running system found, and what it had found before that was like it. */
export function addAnomalies(program: Command): void {
  const anomalies = program
    .command('anomalies')
    .description('List the anomalies of a running system, and what they are like');
  addSystemOptions(anomalies.command('list').description('List anomalies, newest first'))
    .option('--stream <stream>', 'only those of this stream')
    .option('--from <time>', 'ISO 8601', time)
    .option('--to <time>', 'ISO 8601', time)
    .option('--limit <number>', 'how many at most', '50')
    .addHelpText('after', examples('cupola anomalies list', 'cupola anomalies list --stream water --json'))
    .action(listAnomalies);
  addSystemOptions(
    anomalies.command('show').description('Show how rare the peak of an anomaly is, and what moved how far'),
  )
    .argument('<id>', 'as `cupola anomalies list` shows it')
    .addHelpText('after', examples('cupola anomalies show water@1767225600000'))
    .action(showAnomaly);
  addSystemOptions(
    anomalies
      .command('similar')
      .description(
        'Show the earlier anomalies of its stream that an anomaly is most like, and what they were judged to be',
      ),
  )
    .argument('<id>', 'as `cupola anomalies list` shows it')
    .option('--limit <number>', 'how many at most', '5')
    .addHelpText('after', examples('cupola anomalies similar water@1767225600000'))
    .action(showSimilar);
}

interface ListOptions extends SystemOptions {
  readonly stream?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: string;
}

async function listAnomalies({ stream, from, to, limit, ...options }: ListOptions): Promise<void> {
  const query = new URLSearchParams({ limit: `${wholeNumber('--limit', limit, 1)}` });
  if (stream !== undefined) query.set('stream', stream);
  if (from !== undefined) query.set('fromMs', `${from}`);
  if (to !== undefined) query.set('toMs', `${to}`);
  const result = await systemClient(options).get<{ anomalies: readonly AnomalySummary[] }>(`/api/anomalies?${query}`);
  printResult(options, result, ({ anomalies }) =>
    table(
      ['ID', 'START', 'END', 'PEAK', 'THRESHOLD', 'CHANNELS', 'VERDICT'],
      anomalies.map((anomaly) => [
        anomaly.id,
        timeText(anomaly.located.fromMs),
        anomaly.state === 'open' ? 'still open' : timeText(anomaly.located.toMs),
        anomaly.peakScore.toPrecision(3),
        anomaly.threshold.toPrecision(3),
        ...channelsAndVerdict(anomaly),
      ]),
    ),
  );
}

async function showAnomaly(id: string, options: SystemOptions): Promise<void> {
  const path = `/api/anomalies/${encodeURIComponent(id)}`;
  printResult(options, await systemClient(options).get<AnomalyDetail>(path), anomalyText);
}

function anomalyText(anomaly: AnomalyDetail): string {
  const { id, state, located, peakScore, threshold, expected, deviations } = anomaly;
  const rows = deviations.map(({ name, unit, observed, expected: should, share, atMs }) => [
    name,
    `${observed.toPrecision(4)} ${unit}`,
    `${should.toPrecision(4)} ${unit}`,
    percent(share),
    timeText(atMs),
  ]);
  return [
    `${id}: from ${timeText(located.fromMs)} to ${state === 'open' ? 'now' : timeText(located.toMs)}, ${channelsAndVerdict(anomaly)[1]}`,
    `peak ${peakScore.toPrecision(3)} over ${threshold.toPrecision(3)}`,
    ...(expected === null ? [] : [rarityText(expected)]),
    ...(rows.length > 0 ? [table(['CHANNEL', 'OBSERVED', 'EXPECTED', 'SHARE', 'AT'], rows)] : []),
  ].join('\n');
}

function rarityText({ perDay, isAtMost }: NonNullable<AnomalyDetail['expected']>): string {
  return `ordinarily ${isAtMost ? 'at most ' : ''}${perDay.toPrecision(2)} windows a day score so high`;
}

async function showSimilar(
  id: string,
  { limit, ...options }: SystemOptions & { readonly limit: string },
): Promise<void> {
  const path = `/api/anomalies/${encodeURIComponent(id)}/similar?limit=${wholeNumber('--limit', limit, 1)}`;
  printResult(options, await systemClient(options).get<SimilarIncidents>(path), similarText);
}

function similarText({ id, compared, comparedByCode, incidents }: SimilarIncidents): string {
  if (compared === 0) return `no anomaly came before ${id}`;
  return [
    `${id} against ${compared} earlier anomalies of its stream, ${comparedByCode} of them by their codes too:`,
    table(['ALIKE', 'BY CHANNELS', 'BY CODE', 'ID', 'START', 'CHANNELS', 'VERDICT'], incidents.map(incidentRow)),
  ].join('\n');
}

function incidentRow({ likeness, byChannels, byCode, anomaly }: SimilarIncident): string[] {
  return [
    percent(likeness),
    percent(byChannels),
    byCode === null ? '-' : percent(byCode),
    anomaly.id,
    timeText(anomaly.located.fromMs),
    ...channelsAndVerdict(anomaly),
  ];
}

function channelsAndVerdict({ contributions, verdict }: AnomalySummary): string[] {
  const main = contributions.slice(0, channelsShown).map(({ channelId, share }) => `${channelId} ${percent(share)}`);
  return [main.join(', '), verdict ? `${verdict.judgement} by ${verdict.issuedBy}` : 'unjudged'];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
