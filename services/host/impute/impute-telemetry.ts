import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { fillGuesses } from '../../../pipelines/features/fill-guesses.ts';
import type { ScoringRuntime } from '../../../pipelines/ports.ts';
import { courseOf, type Course, type TimedWindow } from '../../../pipelines/scoring/course.ts';
import { imputedCourse, type ImputedCourse } from '../../../pipelines/scoring/imputed-course.ts';
import { WholeReconstruction } from '../../../pipelines/scoring/whole-reconstruction.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { trainingWindows } from '../../../pipelines/training/training-windows.ts';
import { cellMask } from '../../../pipelines/windowing/cell-grid.ts';
import { apart } from '../denoise/apart.ts';
import { unseenWindows } from '../denoise/denoise-telemetry.ts';
import { modelTelemetry, type TelemetryChoice } from '../model-telemetry.ts';
import { hiddenStretches, withoutStretches, type Hiding } from './hide-samples.ts';

/** How far from hidden values what was put in their place is: root mean square, in the channel's unit. */
export interface ImputationError {
  readonly channelId: string;
  readonly unit: string;
  readonly hidden: number;
  readonly model: number;
  readonly interpolation: number;
  readonly lastValue: number;
  /** What the channel's values deviate by in training: all of them over this can be compared between channels. */
  readonly deviation: number;
}

export interface ImputeReport {
  readonly modelVersion: string;
  readonly stream: string;
  readonly fromMs: number;
  readonly intervalMs: number;
  readonly rows: number;
  readonly seenInTraining: boolean;
  readonly rounds: number;
  readonly lastChange: number;
  readonly hasConverged: boolean;
  readonly channels: readonly {
    readonly channelId: string;
    /** By row; null where nothing was observed. */
    readonly observed: readonly (number | null)[];
    /** By row; null where a value was observed, or nothing can be said. */
    readonly imputed: readonly (number | null)[];
  }[];
  /** By scored channel of which something was hidden; null where nothing was to be. */
  readonly errors: readonly ImputationError[] | null;
}

/**
 * Fills the gaps of some telemetry, where there is any after what the model was trained on; with `hiding`, gaps that are made
 * for it, so that what was put there can be held against what was.
 *
 * Errors: CUPOLA_MODEL_UNSUITED; those of modelTelemetry.
 */
export async function imputeTelemetry(
  bundle: Bundle,
  choice: TelemetryChoice,
  hiding: Hiding | null,
  runtime: ScoringRuntime,
  signal: AbortSignal,
): Promise<ImputeReport> {
  const { definition } = bundle.manifest;
  const samples = await modelTelemetry(definition, choice, signal);
  const { windows: unseen, seenInTraining } = unseenWindows(bundle, gappyWindows(definition, samples));
  const fromMs = unseen[0]!.startMs;
  const toMs = unseen.at(-1)!.endMs;
  const stretches = hiding ? hiddenStretches(definition, hiding, fromMs, toMs) : [];
  const windows = hiding
    ? gappyWindows(definition, withoutStretches(samples, definition, stretches)).filter(
        ({ startMs, endMs }) => startMs >= fromMs && endMs <= toMs,
      )
    : unseen;
  const model = await WholeReconstruction.open(bundle, runtime);
  const found = await imputedCourse(model, windows);
  await model.close();
  const { course, imputed, ...how } = found;
  const { channels, intervalMs, stream } = definition;
  const { scored } = model.layout;
  const column = (of: (row: number) => number): (number | null)[] =>
    Array.from({ length: course.rows }, (_, row) => (Number.isFinite(of(row)) ? of(row) : null));
  return {
    modelVersion: bundleVersion(bundle),
    stream,
    fromMs: course.startMs,
    intervalMs,
    rows: course.rows,
    seenInTraining,
    ...how,
    channels: scored.map(({ channel, definition: { id, onChange } }, index) => ({
      channelId: id,
      observed: column((row) => {
        const cell = row * channels.length + channel;
        return course.mask[cell]! >= leastKnown(onChange) ? course.values[cell]! : Number.NaN;
      }),
      imputed: column((row) => imputed[row * scored.length + index]!),
    })),
    errors: hiding && imputationErrors(bundle, model, found, courseOf(definition, unseen)),
  };
}

/** A carried value is known of a channel that is sent on change, and a guess of any other. */
function leastKnown(onChange: boolean): number {
  return onChange ? cellMask.carried : cellMask.observed;
}

/** A stream's windows with none left out for what is missing of them. */
export function gappyWindows(definition: StreamDefinition, samples: SampleBatch): TimedWindow[] {
  return trainingWindows({ ...definition, maxMissingShare: 1 }, samples);
}

function imputationErrors(
  { manifest }: Bundle,
  { layout }: WholeReconstruction,
  { course, imputed }: ImputedCourse,
  truth: Course,
): ImputationError[] {
  if (truth.startMs !== course.startMs)
    throw new CupolaError('CUPOLA_TRAINING_TOO_SHORT', 'nothing of the first window was left by what was hidden');
  const { channels } = manifest.definition;
  const interpolated = fillGuesses(channels, course);
  return layout.scored.flatMap(({ channel, definition }, index) => {
    const sums = { model: 0, interpolation: 0, lastValue: 0 };
    let hidden = 0;
    let last = Number.NaN;
    for (let row = 0; row < course.rows; row++) {
      const cell = row * channels.length + channel;
      if (course.mask[cell] === cellMask.observed) last = course.values[cell]!;
      const value = imputed[row * layout.scored.length + index]!;
      const isHidden = truth.mask[cell] === cellMask.observed && course.mask[cell] !== cellMask.observed;
      if (!isHidden || !Number.isFinite(value) || !Number.isFinite(last)) continue;
      const was = truth.values[cell]!;
      sums.model += apart(definition, value, was) ** 2;
      sums.interpolation += apart(definition, interpolated.values[cell]!, was) ** 2;
      sums.lastValue += apart(definition, last, was) ** 2;
      hidden++;
    }
    if (hidden === 0) return [];
    const root = (sum: number): number => Math.sqrt(sum / hidden);
    const seen = manifest.statistics.find(({ channelId }) => channelId === definition.id);
    return {
      channelId: definition.id,
      unit: definition.unit,
      hidden,
      model: root(sums.model),
      interpolation: root(sums.interpolation),
      lastValue: root(sums.lastValue),
      deviation: seen?.standardDeviation ?? Number.NaN,
    };
  });
}

/** One line a row: time, and for each channel what was observed and what was put where nothing was. */
export function imputedCsv({ channels, rows, fromMs, intervalMs }: ImputeReport): string {
  const heading = channels.flatMap(({ channelId }) => [channelId, `${channelId} imputed`]);
  const lines = Array.from({ length: rows }, (_, row) => [
    new Date(fromMs + row * intervalMs).toISOString(),
    ...channels.flatMap(({ observed, imputed }) => [observed[row] ?? '', imputed[row] ?? '']),
  ]);
  return `${[['time', ...heading], ...lines].map((cells) => cells.join(',')).join('\n')}\n`;
}
