import { parseArchitecture } from '../autoencoders/architecture-settings.ts';
import type { TimeRange } from '../ports.ts';
import { GoverningModel } from '../scoring/governing-model.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import { contaminatedTimes, type ContaminationGuard } from './contamination.ts';
import { fitBundle, type FitPorts } from './fit-bundle.ts';
import { fitRobustLimits } from './fit-robust-limits.ts';
import type { TrainingWindow } from './training-windows.ts';
import { windowErrors } from './window-errors.ts';

/** Share of the windows, those that fit best, that each screen is fitted on: it breaks down beyond the rest. */
const trustedShare = 0.75;
/** How often what fits best is fitted again. */
const rounds = 2;
/** Windows that a screen is fitted on at most. */
const mostWindows = 2000;
/** Units of the screen's code at most; an eighth of a window's cells, lest it has room for what is wrong. */
const screenCode = 8;

/**
 * Windows that stand apart from most others, where no trained model can tell: a screen is fitted on the windows that fit
 * best, first by robust limits (median and MAD a channel), then `rounds` times by principal components of the three quarters
 * with the smallest errors, so that what stands apart does not teach the screen. (Concentration steps of the minimum
 * covariance determinant from a robust start, one reweighting at the end: Hubert, Rousseeuw and Verdonck 2012, DetMCD.)
 *
 * Returns the times that those windows are contaminated at. Deterministic.
 */
export async function screenWindows(
  definition: StreamDefinition,
  windows: readonly TrainingWindow[],
  guard: ContaminationGuard,
  ports: FitPorts,
  signal?: AbortSignal,
): Promise<TimeRange[]> {
  const looked = quarterApart(windows);
  if (looked.length < fewestWindows) return [];
  const range = { fromMs: looked[0]!.startMs, toMs: looked.at(-1)!.endMs };
  const some = thinned(looked);
  let screen = new GoverningModel(fitRobustLimits(definition, some, range));
  for (let round = 0; round < rounds; round++) {
    const errors = await windowErrors(screen, some, ports.runtime);
    screen = await fitScreen(definition, bestFitting(some, errors), ports, signal);
  }
  return contaminatedTimes(looked, await windowErrors(screen, looked, ports.runtime), guard);
}

/** Windows of which a trained model says the same: the most contaminated tail by the current model. */
export async function windowsApart(
  model: GoverningModel,
  windows: readonly TrainingWindow[],
  guard: ContaminationGuard,
  { runtime }: FitPorts,
): Promise<TimeRange[]> {
  const looked = quarterApart(windows);
  return contaminatedTimes(looked, await windowErrors(model, looked, runtime), guard);
}

/**
 * Windows that begin a quarter of a window apart, or more: whatever stands apart is seen by several of them, and windows in
 * between hold the middle of one that sees as much of it.
 */
function quarterApart(windows: readonly TrainingWindow[]): TrainingWindow[] {
  let nextMs = -Infinity;
  return windows.filter(({ startMs, endMs }) => {
    if (startMs < nextMs) return false;
    nextMs = startMs + (endMs - startMs) / 4;
    return true;
  });
}

/** Fewer windows than this say nothing about what stands apart. */
const fewestWindows = 32;

async function fitScreen(
  definition: StreamDefinition,
  windows: readonly TrainingWindow[],
  ports: FitPorts,
  signal?: AbortSignal,
): Promise<GoverningModel> {
  const cells = windows[0]!.values.length;
  const architecture = parseArchitecture('pca', { code: Math.max(1, Math.min(screenCode, Math.floor(cells / 8))) });
  const fit = { seed: 1, batchSize: 256, learningRate: 0.001, maxEpochs: 1, patience: 1 };
  const options = { architecture, threshold: { policy: 'quantile', parameters: { q: 1, margin: 1 } }, ...fit };
  const selection = { training: windows, holdout: windows };
  return new GoverningModel(await fitBundle(definition, selection, options, ports, undefined, signal));
}

/** Those with the smallest errors, in the order of time. */
function bestFitting(windows: readonly TrainingWindow[], errors: readonly number[]): TrainingWindow[] {
  return errors
    .map((error, index) => ({ error, index }))
    .sort((a, b) => a.error - b.error)
    .slice(0, Math.ceil(trustedShare * errors.length))
    .sort((a, b) => a.index - b.index)
    .map(({ index }) => windows[index]!);
}

function thinned(windows: readonly TrainingWindow[]): TrainingWindow[] {
  const step = Math.ceil(windows.length / mostWindows);
  return windows.filter((_, index) => index % step === 0);
}
