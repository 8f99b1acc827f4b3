import type { Bundle } from '../autoencoders/bundle.ts';
import { GoverningModel } from '../scoring/governing-model.ts';
import type { FeatureWindows, ScoringRuntime } from '../ports.ts';
import { encodeAll } from '../training/calibrated-bundle.ts';
import { withoutOverlap } from '../training/fit-scoring.ts';
import type { TrainingWindow } from '../training/training-windows.ts';
import { windowErrors } from '../training/window-errors.ts';
import { injectAnomalies, type InjectionPlan } from './inject-anomalies.ts';
import { aucPr } from './metrics/auc-pr.ts';

/** What a search over hyper-parameters minimises: of a bundle and the holdout that it was calibrated on, never of labels. */
export type TuningObjective = (
  bundle: Bundle,
  holdout: readonly TrainingWindow[],
  runtime: ScoringRuntime,
) => Promise<number>;

/** How often the holdout is spoilt, each time otherwise. */
const draws = 8;
/** What of a window must be spoilt for it to count as anomalous; what is spoilt less does not count at all. */
const leastSpoilt = 0.1;
/** The least variance, in scaled units squared, of a column that explaining it says anything. */
const leastVariance = 1e-6;

/**
 * - `holdout`: the share of the holdout's variance that the reconstruction leaves, 1 - R^2, the mean over scored columns: it has no
 *   unit, so that models of any loss and any scaling can be compared. A model that copies its input is best by it.
 * - `injected`: 1 less the average precision by which scores tell windows of the holdout with injected faults (inject-anomalies.ts:
 *   one to five standard deviations) from those without. It is of the order of scores, as detection is, and not of their size;
 *   but no injected fault is quite like a real one (decision 31 says how far they agree).
 */
export const tuningObjectives = { injected: missedInjections, holdout: unexplainedVariance } as const satisfies Record<
  string,
  TuningObjective
>;

export type TuningObjectiveName = keyof typeof tuningObjectives;

async function unexplainedVariance(
  bundle: Bundle,
  holdout: readonly TrainingWindow[],
  runtime: ScoringRuntime,
): Promise<number> {
  // Squared residuals, whatever rule the bundle is scored by.
  const model = new GoverningModel({ ...bundle, manifest: { ...bundle.manifest, scoring: undefined } });
  const { layout, encode } = model;
  const { rows, features, scoredFeatures } = layout;
  const windows = encodeAll(layout, encode, holdout);
  const variances = Float64Array.from({ length: scoredFeatures }, (_, column) => {
    let [n, mean, squares] = [0, 0, 0];
    for (let step = 0; step < windows.count * rows; step++) {
      if (windows.weight[step * scoredFeatures + column] === 0) continue;
      const distance = windows.features[step * features + column]! - mean;
      mean += distance / ++n;
      squares += distance * (windows.features[step * features + column]! - mean);
    }
    return n > 0 ? squares / n : 0;
  });
  const featureErrors = await squaredErrors(model, windows, runtime);
  const shares = [...variances].flatMap((variance, column) => {
    if (variance < leastVariance) return [];
    let sum = 0;
    for (let window = 0; window < holdout.length; window++) sum += featureErrors[window * scoredFeatures + column]!;
    return sum / holdout.length / variance;
  });
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
}

async function squaredErrors(
  { version, bundle }: GoverningModel,
  windows: FeatureWindows,
  runtime: ScoringRuntime,
): Promise<Float32Array> {
  await runtime.load(version, bundle);
  try {
    return (await runtime.score(version, windows)).featureErrors;
  } finally {
    await runtime.unload(version);
  }
}

async function missedInjections(
  bundle: Bundle,
  holdout: readonly TrainingWindow[],
  runtime: ScoringRuntime,
): Promise<number> {
  const spoilt = spoiltWindows(bundle, withoutOverlap(holdout));
  const errors = await windowErrors(new GoverningModel(bundle), spoilt, runtime);
  const precision = aucPr(
    Float64Array.from(errors),
    spoilt.map(({ isAnomalous }) => (isAnomalous ? 1 : 0)),
  );
  // Precision adds up to 1 but for rounding.
  return Math.max(0, 1 - (precision ?? 0));
}

interface SpoiltWindow extends TrainingWindow {
  readonly isAnomalous: boolean;
}

/** The windows, which follow one another, with faults in some of them: each draw otherwise, the same for every model. */
function spoiltWindows({ manifest }: Bundle, windows: readonly TrainingWindow[]): SpoiltWindow[] {
  const { channels } = manifest.definition;
  const { rows } = manifest.shape;
  const cells = rows * channels.length;
  const values = new Float64Array(windows.length * cells);
  windows.forEach((window, index) => values.set(window.values, index * cells));
  const plan: Omit<InjectionPlan, 'seed'> = {
    share: 0.25,
    leastRows: Math.ceil(rows / 4),
    mostRows: rows,
    leastAmplitude: 1,
    mostAmplitude: 5,
    faulty: channels.flatMap(({ kind, role }, index) => (role === 'scored' && kind !== 'enumeration' ? [index] : [])),
  };
  return Array.from({ length: draws }, (_, seed) => {
    const injected = injectAnomalies({ values, channels: channels.length }, { ...plan, seed });
    const isSpoilt = new Uint8Array(windows.length * rows);
    for (const { rows: range } of injected.injections) isSpoilt.fill(1, range[0], range[1] + 1);
    return windows.flatMap((window, index): SpoiltWindow[] => {
      const spoilt = isSpoilt.subarray(index * rows, (index + 1) * rows).reduce((sum, one) => sum + one, 0) / rows;
      if (spoilt > 0 && spoilt < leastSpoilt) return [];
      const own = injected.values.subarray(index * cells, (index + 1) * cells) as Float64Array;
      return [{ ...window, values: own, isAnomalous: spoilt > 0 }];
    });
  }).flat();
}
