import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { DenoiseReport } from '../../host/denoise/denoise-telemetry.ts';
import type { NoiseFigures } from '../../host/denoise/signal-to-noise.ts';
import {
  addModelUnderTestOptions,
  trialPlan,
  triedOn,
  tryModelOf,
  type ModelUnderTestOptions,
} from '../model-under-test.ts';
import { examples, printResult, table } from '../output.ts';

interface DenoiseOptions extends ModelUnderTestOptions {
  readonly csv?: string;
}

/** `cupola denoise`: telemetry as a model has it, and how much noise that takes off. */
export function addDenoise(program: Command): void {
  addModelUnderTestOptions(
    program
      .command('denoise')
      .description(
        'Take noise off the channels of recorded or simulated telemetry with a model; of simulated, measure how much',
      ),
  )
    .option('--csv <file>', 'write what was observed and what the model makes of it to this file as CSV')
    .addHelpText(
      'after',
      examples(
        'cupola denoise --simulate 1 --stream atmosphere',
        'cupola denoise dense-0123456789ab --dataset smap --data data --channel P-3 --csv clean.csv',
      ),
    )
    .addHelpText(
      'after',
      '\nOverlapping reconstructions are averaged per time step. Rivals are the last value, and moving averages of which the' +
        '\nbest for each channel is shown, as only who knows the truth could choose it.',
    )
    .action(denoise);
}

async function denoise(version: string | undefined, options: DenoiseOptions): Promise<void> {
  const plan = trialPlan(version, options);
  const { denoiseTelemetry, denoisedCsv } = await import('../../host/denoise/denoise-telemetry.ts');
  const report = await tryModelOf(plan, ({ bundle, choice }, runtime, signal) =>
    denoiseTelemetry(bundle, choice, runtime, signal),
  );
  if (options.csv !== undefined) await writeFile(options.csv, denoisedCsv(report));
  const { channels, ...rest } = report;
  printResult(options, { ...rest, channels: channels.map(({ channelId }) => channelId) }, () => denoiseText(report));
}

function denoiseText(report: DenoiseReport): string {
  const { figures, channels } = report;
  const words = triedOn(report);
  if (!figures) return `${words}\n${table(['CHANNEL', 'DEVIATION TAKEN OFF'], channels.map(takenOff))}`;
  const heading = [
    'CHANNEL',
    'UNIT',
    'NOISE IN',
    'OUT',
    'SNR IN',
    'OUT (DB)',
    'GAIN (DB)',
    'LAST VALUE',
    'BEST AVERAGE',
  ];
  const mean = (of: (one: NoiseFigures) => number): string =>
    (figures.reduce((sum, one) => sum + of(one), 0) / figures.length).toFixed(1);
  const all = ['mean', '', '', '', mean(({ snrIn }) => snrIn), mean(({ snrOut }) => snrOut), mean(({ gain }) => gain)];
  const lines = figures.map(figureRow);
  return `${words}\n${table(heading, [...lines, [...all, mean(({ lastValueGain }) => lastValueGain), mean(best)]])}`;
}

function figureRow(one: NoiseFigures): string[] {
  const decibels = [one.snrIn, one.snrOut, one.gain, one.lastValueGain, best(one)];
  return [
    one.channelId,
    one.unit,
    one.noiseIn.toPrecision(3),
    one.noiseOut.toPrecision(3),
    ...decibels.map((value) => value.toFixed(1)),
  ];
}

function best({ averageGains }: NoiseFigures): number {
  return Math.max(...averageGains);
}

/** How far apart a channel's two courses are: of recorded telemetry nobody knows how much of that is noise. */
function takenOff({ channelId, observed, denoised }: DenoiseReport['channels'][number]): string[] {
  const apart = observed.map((value, row) => value - denoised[row]!).filter((value) => Number.isFinite(value));
  return [channelId, Math.sqrt(apart.reduce((sum, value) => sum + value ** 2, 0) / apart.length).toPrecision(3)];
}
