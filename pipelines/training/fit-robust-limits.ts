import type { Bundle } from '../autoencoders/bundle.ts';
import { allocateFeatureWindows, createWindowEncoder } from '../features/encode-window.ts';
import { featureLayout } from '../features/feature-layout.ts';
import { fitScaler } from '../features/fit-scaler.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { TimeRange } from '../ports.ts';
import { calibrate } from '../scoring/calibration.ts';
import { featureErrors } from '../scoring/residuals.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import { channelStatistics } from './channel-statistics.ts';

/**
 * The model that watches a stream until one is trained: median and MAD of each channel, so that the error of a window is
 * its mean squared robust z-score (Iglewicz and Hoaglin 1993). It knows no shape in time and is fitted on what it is then
 * judged by, so its threshold is generous: five times the worst of its warm-up.
 */
export function fitRobustLimits(
  definition: StreamDefinition,
  windows: readonly WindowMatrix[],
  range: TimeRange,
): Bundle {
  const layout = featureLayout(definition);
  const scaler = fitScaler(layout, 'robust', windows);
  const encode = createWindowEncoder(layout, scaler);
  const encoded = allocateFeatureWindows(layout, windows.length);
  windows.forEach((window, index) => encode(window, encoded, index));
  const shape = { rows: layout.rows, features: layout.features, scoredFeatures: layout.scoredFeatures };
  const reconstruction = new Float32Array(windows.length * layout.rows * layout.scoredFeatures);
  const seen = { ...range, windows: windows.length };
  return {
    manifest: {
      schemaVersion: 1,
      architecture: { name: 'robust-limits', settings: {} },
      shape,
      definition,
      scaler,
      training: seen,
      holdout: seen,
      ...calibrate(layout, featureErrors(shape, encoded, reconstruction), windows.length),
      threshold: { policy: 'quantile', parameters: { q: 1, margin: 5 } },
      statistics: channelStatistics(definition, layout.rows, windows),
      fit: { seed: 0, backend: 'median and MAD', epochs: [], bestEpoch: 0 },
    },
    onnx: null,
  };
}
