import type { Command } from 'commander';
import type { DriftReport } from '../../../pipelines/fit-decision.ts';
import type { DecisionList } from '../../console/api.ts';
import { examples, printResult, table, timeText } from '../output.ts';
import { addSystemOptions, systemClient, type SystemOptions } from '../system-options.ts';

/** `cupola drift [STREAM]`: how far newest telemetry was from what its model was trained on, when that was last recorded. */
export function addDrift(program: Command): void {
  addSystemOptions(
    program
      .command('drift')
      .description(
        'Show how far telemetry and errors were from what the model was trained on, as last recorded: when a fit was asked for, or made',
      ),
  )
    .argument('[stream]', 'only this one')
    .addHelpText('after', examples('cupola drift', 'cupola drift water --json'))
    .addHelpText(
      'after',
      '\nDISTANCE is that of Kolmogorov and Smirnov, 0 to 1; beyond its BOUND it is drift, and the stream is fitted again.',
    )
    .action(showDrift);
}

/** What was last recorded of a stream. */
interface StreamDrift {
  readonly stream: string;
  readonly report: DriftReport;
}

async function showDrift(stream: string | undefined, options: SystemOptions): Promise<void> {
  const query = stream === undefined ? '' : `?stream=${encodeURIComponent(stream)}`;
  const { decisions } = await systemClient(options).get<DecisionList>(`/api/decisions${query}`);
  const newest = new Map<string, StreamDrift>();
  for (const { stream: name, drift, decision } of decisions) {
    const report = drift ?? decision?.drift;
    if (report && !newest.has(name)) newest.set(name, { stream: name, report });
  }
  printResult(options, { drift: [...newest.values()] }, ({ drift }) =>
    table(['STREAM', 'FROM', 'TO', 'MODEL', 'OF', 'DISTANCE', 'BOUND', ''], drift.flatMap(driftRows)),
  );
}

function driftRows({ stream, report }: StreamDrift): string[][] {
  return report.findings.map(({ channelId, statistic, bound }) => [
    stream,
    timeText(report.fromMs),
    timeText(report.toMs),
    report.modelVersion,
    channelId ?? 'errors',
    statistic.toFixed(3),
    bound.toFixed(3),
    statistic > bound ? 'drift' : '',
  ]);
}
