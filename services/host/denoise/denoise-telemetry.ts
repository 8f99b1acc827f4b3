import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { denoisedCourse } from '../../../pipelines/scoring/denoised-course.ts';
import { WholeReconstruction } from '../../../pipelines/scoring/whole-reconstruction.ts';
import type { ScoringRuntime } from '../../../pipelines/ports.ts';
import { trainingWindows, type TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import { cleanTelemetry } from '../../sources/simulator/clean-telemetry.ts';
import { modelTelemetry, simulatedScenario, type TelemetryChoice } from '../model-telemetry.ts';
import { noiseFigures, type NoiseFigures } from './signal-to-noise.ts';

/** A channel as it was observed, as a model has it, and, where that is known, as it truly is; NaN where nothing is known. */
export interface DenoisedChannel {
  readonly channelId: string;
  readonly observed: Float64Array;
  readonly denoised: Float64Array;
  readonly clean: Float64Array | null;
}

export interface DenoiseReport {
  readonly modelVersion: string;
  readonly stream: string;
  readonly fromMs: number;
  readonly intervalMs: number;
  readonly rows: number;
  /** Whether the model was trained on some of this telemetry. */
  readonly seenInTraining: boolean;
  readonly channels: readonly DenoisedChannel[];
  /** By scored channel; of simulated telemetry alone, since of no other is it known what is true. */
  readonly figures: readonly NoiseFigures[] | null;
}

/**
 * Denoises the scored channels of some telemetry: what the model was not trained on, where there is any.
 *
 * Errors: CUPOLA_MODEL_UNSUITED; those of modelTelemetry.
 */
export async function denoiseTelemetry(
  bundle: Bundle,
  choice: TelemetryChoice,
  runtime: ScoringRuntime,
  signal: AbortSignal,
): Promise<DenoiseReport> {
  const { definition } = bundle.manifest;
  const { windows, seenInTraining } = unseenWindows(
    bundle,
    trainingWindows(definition, await modelTelemetry(definition, choice, signal)),
  );
  const model = await WholeReconstruction.open(bundle, runtime);
  const { course, denoised } = await denoisedCourse(model, windows);
  await model.close();
  const { startMs, rows, values, mask } = course;
  const { channels, intervalMs, stream } = definition;
  const clean =
    'dataset' in choice
      ? null
      : cleanTelemetry(stream, simulatedScenario(choice), startMs, startMs + rows * intervalMs);
  const column = (of: ArrayLike<number>, width: number, at: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => of[row * width + at]!);
  const given = model.layout.scored.map(({ channel, definition: { id } }, index): DenoisedChannel => {
    const isKnown = column(mask, channels.length, channel);
    return {
      channelId: id,
      observed: column(values, channels.length, channel).map((value, row) => (isKnown[row] === 0 ? Number.NaN : value)),
      denoised: column(denoised, model.layout.scored.length, index),
      clean: clean && column(clean, channels.length, channel),
    };
  });
  return {
    modelVersion: bundleVersion(bundle),
    stream,
    fromMs: startMs,
    intervalMs,
    rows,
    seenInTraining,
    channels: given,
    figures:
      clean &&
      given.map((one, index) => noiseFigures(model.layout.scored[index]!.definition, { ...one, clean: one.clean! })),
  };
}

/** What a model was not fitted on, nor calibrated; or all, where there is nothing else. */
export function unseenWindows(
  { manifest }: Bundle,
  windows: readonly TrainingWindow[],
): { readonly windows: readonly TrainingWindow[]; readonly seenInTraining: boolean } {
  if (windows.length === 0) throw new CupolaError('CUPOLA_TRAINING_TOO_SHORT', 'the telemetry holds no whole window');
  const { training, holdout } = manifest;
  const isSeen = windows.some(({ startMs, endMs }) => startMs < holdout.toMs && endMs > training.fromMs);
  const unseen = windows.filter(({ startMs }) => startMs >= holdout.toMs);
  return unseen.length > 0 ? { windows: unseen, seenInTraining: false } : { windows, seenInTraining: isSeen };
}

/** One line a row: time, and for each channel what was observed, what the model makes of it, and what is true where that is known. */
export function denoisedCsv({ channels, rows, fromMs, intervalMs }: DenoiseReport): string {
  const heading = channels.flatMap(({ channelId, clean }) => [
    channelId,
    `${channelId} denoised`,
    ...(clean ? [`${channelId} clean`] : []),
  ]);
  const lines = Array.from({ length: rows }, (_, row) => [
    new Date(fromMs + row * intervalMs).toISOString(),
    ...channels.flatMap(({ observed, denoised, clean }) =>
      [observed, denoised, ...(clean ? [clean] : [])].map((column) => text(column[row]!)),
    ),
  ]);
  return `${[['time', ...heading], ...lines].map((cells) => cells.join(',')).join('\n')}\n`;
}

function text(value: number): string {
  return Number.isFinite(value) ? String(value) : '';
}
