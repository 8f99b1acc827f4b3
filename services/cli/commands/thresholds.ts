import { Argument, InvalidArgumentError, type Command } from 'commander';
import { parseThreshold, policies } from '../../../pipelines/thresholds/policies.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import type { ThresholdHistory, ThresholdOutcome } from '../../console/api.ts';
import { examples, printResult, table, timeText } from '../output.ts';
import { Progress } from '../progress.ts';
import {
  addChangeOptions,
  addSystemOptions,
  systemClient,
  type ChangeOptions,
  type SystemOptions,
} from '../system-options.ts';
import { time } from '../time-option.ts';

/** `cupola thresholds set|preview|history`: above which score a window violates, in a running system. */
export function addThresholds(program: Command): void {
  const thresholds = program
    .command('thresholds')
    .description('Set thresholds of a running system and show what governed when');
  addChangeOptions(thresholds.command('set').description("Set a stream's threshold from the next window on"))
    .argument('<stream>', 'as `cupola streams` shows it')
    .argument('<policy>', `one of ${policies.map(({ name }) => name).join(', ')}`)
    .addArgument(new Argument('[parameters...]', 'NAME=VALUE').argParser(parameter).default({}, "the policy's own"))
    .addHelpText(
      'after',
      examples(
        'cupola thresholds set water mean-sigma k=10 --reason "the tanks are being emptied"',
        'cupola thresholds set water quantile q=0.999 margin=1.5',
      ),
    )
    .action(setThreshold);
  addSystemOptions(
    thresholds
      .command('preview')
      .description(
        'Show what stored scores would have given under a threshold, as the detector finds it; changes nothing',
      ),
  )
    .argument('<stream>', 'as `cupola streams` shows it')
    .argument('<policy>', `one of ${policies.map(({ name }) => name).join(', ')}`)
    .addArgument(new Argument('[parameters...]', 'NAME=VALUE').argParser(parameter).default({}, "the policy's own"))
    .option('--from <time>', 'ISO 8601 (default: a day before --to)', time)
    .option('--to <time>', 'ISO 8601 (default: the newest score)', time)
    .addHelpText(
      'after',
      examples(
        'cupola thresholds preview water dynamic-floor delay=20',
        'cupola thresholds preview water false-alarm-budget perDay=0.5 --from 2026-01-01T00:00Z --to 2026-01-08T00:00Z',
      ),
    )
    .action(previewThreshold);
  addSystemOptions(thresholds.command('history').description('Show which thresholds governed when, by whom and why'))
    .argument('[stream]', 'only this one')
    .addHelpText('after', examples('cupola thresholds history', 'cupola thresholds history water --json'))
    .action(showHistory);
}

function parameter(text: string, earlier: Readonly<Record<string, number>>): Record<string, number> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || !Number.isFinite(Number(value))) throw new InvalidArgumentError('It must be NAME=NUMBER.');
  return { ...earlier, [name]: Number(value) };
}

async function setThreshold(
  stream: string,
  policy: string,
  parameters: Readonly<Record<string, number>>,
  options: ChangeOptions,
): Promise<void> {
  const setting = parseThreshold({ policy, parameters });
  const progress = new Progress();
  const { wait, reason = '' } = options;
  const status = await systemClient(options)
    .command({ type: 'set-threshold', stream, setting, reason }, wait * 1000, (waitedMs) =>
      progress.show(`waiting for the next score of ${stream} (${(waitedMs / 1000).toFixed(0)} s)`),
    )
    .finally(() => progress.end());
  printResult(options, status, ({ state, effectiveFromMs }) =>
    state === 'applied'
      ? `${settingText(setting)} governs ${stream} from ${timeText(effectiveFromMs)} on`
      : `${settingText(setting)} was asked for; it will govern ${stream} from the next score on`,
  );
}

interface PreviewOptions extends SystemOptions {
  readonly from?: number;
  readonly to?: number;
}

async function previewThreshold(
  stream: string,
  policy: string,
  parameters: Readonly<Record<string, number>>,
  { from, to, ...options }: PreviewOptions,
): Promise<void> {
  const setting = parseThreshold({ policy, parameters });
  const range = { ...(from !== undefined && { fromMs: from }), ...(to !== undefined && { toMs: to }) };
  const query = Object.entries({ policy, ...setting.parameters, ...range }).map(([name, value]) => [name, `${value}`]);
  const path = `/api/streams/${encodeURIComponent(stream)}/threshold-outcome?${new URLSearchParams(query)}`;
  printResult(options, await systemClient(options).get<ThresholdOutcome>(path), outcomeText);
}

function outcomeText(outcome: ThresholdOutcome): string {
  const { setting, fromMs, toMs, windows, violating, anomalies, anomaliesNow, expectedPerDay } = outcome;
  const rows = anomalies.map(({ startMs, endMs, decidedAtMs, peakScore, threshold, state }) => [
    timeText(startMs),
    state === 'open' ? 'still open' : timeText(endMs),
    timeText(decidedAtMs),
    peakScore.toPrecision(3),
    threshold.toPrecision(3),
  ]);
  return [
    `${settingText(setting)}, ${timeText(fromMs)} to ${timeText(toMs)}:`,
    `${anomalies.length} anomalies (there were ${anomaliesNow}), ${violating} of ${windows} windows violate`,
    ...(expectedPerDay === null
      ? []
      : [`of windows like the holdout's, ${expectedPerDay.toPrecision(2)} a day would violate`]),
    ...(rows.length > 0 ? [table(['START', 'END', 'DECIDED', 'PEAK', 'THRESHOLD'], rows)] : []),
  ].join('\n');
}

async function showHistory(stream: string | undefined, options: SystemOptions): Promise<void> {
  const query = stream === undefined ? '' : `?stream=${encodeURIComponent(stream)}`;
  const history = await systemClient(options).get<ThresholdHistory>(`/api/thresholds${query}`);
  printResult(options, history, ({ thresholds }) => {
    const rows = thresholds.flatMap((one) =>
      one.steps.map(({ fromMs, level, setting, modelVersion, issuedBy, reason }) => [
        one.stream,
        timeText(fromMs),
        level?.toPrecision(3) ?? '-',
        settingText(setting),
        modelVersion ?? '-',
        issuedBy,
        reason,
      ]),
    );
    return table(['STREAM', 'FROM', 'LEVEL', 'THRESHOLD', 'MODEL', 'BY', 'WHY'], rows);
  });
}

function settingText({ policy, parameters }: ThresholdSetting): string {
  return [policy, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)].join(' ');
}
