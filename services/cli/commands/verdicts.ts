import { Argument, type Command } from 'commander';
import { judgements, type Judgement, type Verdict } from '../../../pipelines/commands.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { AnomalyDetail, TimeSpan, VerdictList } from '../../console/api.ts';
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

/** `cupola verdicts give|list`: what people make of anomalies and of times, in a running system. */
export function addVerdicts(program: Command): void {
  const verdicts = program
    .command('verdicts')
    .description('Say of anomalies and times whether they were normal, which decides what models learn from');
  addChangeOptions(verdicts.command('give').description('Judge an anomaly, or a time of a stream; the newest holds'))
    .argument('<subject>', 'the id of an anomaly, or with --from and --to a stream')
    .addArgument(new Argument('<judgement>', 'what it was').choices(judgements))
    .option('--from <time>', 'ISO 8601', time)
    .option('--to <time>', 'ISO 8601', time)
    .addHelpText(
      'after',
      examples(
        'cupola verdicts give water@1767225600000 normal --reason "the tanks were being emptied"',
        'cupola verdicts give water anomaly --from 2026-01-01T00:00Z --to 2026-01-01T00:20Z',
      ),
    )
    .action(give);
  addSystemOptions(verdicts.command('list').description('List verdicts, newest first'))
    .option('--stream <stream>', 'only those of this stream')
    .addHelpText('after', examples('cupola verdicts list', 'cupola verdicts list --stream water --json'))
    .action(list);
}

interface GiveOptions extends ChangeOptions {
  readonly from?: number;
  readonly to?: number;
}

/** What a verdict is about. */
interface Subject extends TimeSpan {
  readonly stream: string;
  readonly anomalyId?: string;
}

async function give(name: string, judgement: Judgement, { from, to, ...options }: GiveOptions): Promise<void> {
  const client = systemClient(options);
  const subject: Subject =
    from === undefined && to === undefined
      ? subjectOf(await client.get<AnomalyDetail>(`/api/anomalies/${encodeURIComponent(name)}`))
      : { stream: name, ...rangeOf(from, to) };
  const progress = new Progress();
  const { wait, reason = '' } = options;
  const status = await client
    .command({ type: 'judge', ...subject, judgement, reason }, wait * 1000, (waitedMs) =>
      progress.show(`waiting for the verdict to be written (${(waitedMs / 1000).toFixed(0)} s)`),
    )
    .finally(() => progress.end());
  printResult(options, status, () => {
    const { stream, fromMs, toMs } = subject;
    return `${stream}, ${timeText(fromMs)} to ${timeText(toMs)}: ${judgement}`;
  });
}

function subjectOf({ id, stream, startMs, endMs }: AnomalyDetail): Subject {
  return { stream, fromMs: startMs, toMs: endMs, anomalyId: id };
}

function rangeOf(fromMs: number | undefined, toMs: number | undefined): TimeSpan {
  if (fromMs !== undefined && toMs !== undefined && toMs > fromMs) return { fromMs, toMs };
  const bound = 'both given, the second after the first';
  throw new CupolaError('CUPOLA_USAGE_INVALID', `--from and --to must be ${bound}`, { field: '--from, --to', bound });
}

async function list(options: SystemOptions & { readonly stream?: string }): Promise<void> {
  const query = options.stream === undefined ? '' : `?stream=${encodeURIComponent(options.stream)}`;
  const result = await systemClient(options).get<VerdictList>(`/api/verdicts${query}`);
  printResult(options, result, ({ verdicts }) =>
    table(['STREAM', 'FROM', 'TO', 'VERDICT', 'BY', 'WHY'], verdicts.map(verdictRow)),
  );
}

function verdictRow({ stream, fromMs, toMs, judgement, issuedBy, reason }: Verdict): string[] {
  return [stream, timeText(fromMs), timeText(toMs), judgement, issuedBy, reason];
}
