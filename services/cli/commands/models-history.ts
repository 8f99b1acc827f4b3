import type { Command } from 'commander';
import type { DecisionList, ModelDecision } from '../../console/api.ts';
import { examples, printResult, table, timeText } from '../output.ts';
import { addSystemOptions, systemClient, type SystemOptions } from '../system-options.ts';

/** `cupola models history`: what was decided about models, by whom and by which numbers. */
export function addModelsHistory(models: Command): void {
  addSystemOptions(
    models
      .command('history')
      .description('Show which models were promoted, declined and rolled back, by which numbers; newest first'),
  )
    .argument('[stream]', 'only this one')
    .addHelpText('after', examples('cupola models history', 'cupola models history water --json'))
    .addHelpText(
      'after',
      '\nALARMS on the holdout and CAUGHT incidents are of the challenger and, after the stroke, of the champion before it.',
    )
    .action(showHistory);
}

async function showHistory(stream: string | undefined, options: SystemOptions): Promise<void> {
  const query = stream === undefined ? '' : `?stream=${encodeURIComponent(stream)}`;
  const result = await systemClient(options).get<DecisionList>(`/api/decisions${query}`);
  printResult(options, result, ({ decisions }) =>
    table(
      ['ASKED', 'STREAM', 'DECISION', 'MODEL', 'FROM', 'BY', 'ALARMS', 'CAUGHT', 'WHY'],
      decisions.map(decisionRow),
    ),
  );
}

function decisionRow(one: ModelDecision): string[] {
  const { decision, refusedBecause } = one;
  const beside = (of: 'holdoutAlarms' | 'caught'): string =>
    decision ? `${decision.challenger[of]}/${decision.champion?.[of] ?? '-'}` : '-';
  return [
    timeText(one.issuedAtMs),
    one.stream,
    one.what,
    one.modelVersion ?? '-',
    timeText(one.effectiveFromMs),
    one.issuedBy,
    beside('holdoutAlarms'),
    decision ? `${beside('caught')} of ${decision.incidents}` : '-',
    refusedBecause === null ? one.reason : `refused: ${refusedBecause}`,
  ];
}
