import type { Command } from 'commander';
import { examples, printResult, timeText } from '../output.ts';
import { Progress } from '../progress.ts';
import { addChangeOptions, systemClient, type ChangeOptions } from '../system-options.ts';

/** `cupola train STREAM`: a fit now, in a running system. */
export function addTrain(program: Command): void {
  addChangeOptions(
    program.command('train').description('Train a stream of a running system now, and let the model govern it'),
    120,
  )
    .argument('<stream>', 'as `cupola streams` shows it')
    .addHelpText('after', examples('cupola train water', 'cupola train water --wait 0 --json'))
    .addHelpText('after', '\nWhy a fit came to nothing stands in the log of the running system.')
    .action(train);
}

async function train(stream: string, options: ChangeOptions): Promise<void> {
  const progress = new Progress();
  const { wait, reason = '' } = options;
  const status = await systemClient(options)
    .command({ type: 'train', stream, reason }, wait * 1000, (waitedMs) =>
      progress.show(`training ${stream} (${(waitedMs / 1000).toFixed(0)} s)`),
    )
    .finally(() => progress.end());
  printResult(options, status, ({ state, modelVersion, effectiveFromMs }) =>
    state === 'applied'
      ? `${modelVersion} governs ${stream} from ${timeText(effectiveFromMs)} on`
      : `a fit of ${stream} was asked for; \`cupola models list --stream ${stream}\` will show its model`,
  );
}
