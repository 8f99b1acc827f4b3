import type { AnomalyEvent } from '../alarms/anomaly-event.ts';
import type { Bundle, BundleManifest } from '../autoencoders/bundle.ts';
import type { ThresholdRecord } from '../commands.ts';
import { Decision, type Decided } from '../detector.ts';
import { SettingsTimeline } from '../settings-timeline.ts';
import type { CalibratedManifest } from '../thresholds/threshold-calibration.ts';
import type { ThresholdSetting } from '../thresholds/threshold-setting.ts';
import type { JudgedWindow } from '../thresholds/window-judge.ts';
import type { RowRange } from './datasets/row-range.ts';
import { predictedRows } from './predicted-rows.ts';
import type { PlacedScores } from './row-scores.ts';
import { judgedSeries } from './score-series.ts';

/** What kept scores come to under another threshold. */
export interface JudgedAgain {
  readonly scores: PlacedScores;
  readonly predicted: readonly RowRange[];
  /** The newest state of each. */
  readonly anomalies: readonly AnomalyEvent[];
}

const modelVersion = 'kept';

/**
 * What kept scores of one model come to under a threshold that parseThreshold accepted, by the detector's own decision. Where
 * windows do not follow each other by the stride, those between were gaps.
 */
export function judgedAgain(
  scores: PlacedScores,
  calibrated: CalibratedManifest,
  threshold: ThresholdSetting,
): JudgedAgain {
  const { definition } = calibrated;
  const manifest = { ...calibrated, threshold } as BundleManifest;
  const bundles = new Map<string, Bundle>([[modelVersion, { manifest, onnx: null }]]);
  const decision = new Decision(definition.stream, new SettingsTimeline<ThresholdRecord>(), bundles);
  const judged: JudgedWindow[] = [];
  const out: Decided = { anomalies: [], settings: [], judged };
  const contributions = new Float32Array(definition.channels.length);
  const about = { stream: definition.stream, definitionVersion: definition.version };
  const none = new Float32Array(0);
  const strides = scores.strideErrors.length / scores.endMs.length;
  const rows = scores.rowErrors.length / scores.endMs.length;
  scores.endMs.forEach((windowEndMs, window) => {
    const windowStartMs = windowEndMs - definition.windowLengthMs;
    const before = scores.endMs[window - 1];
    const firstWindowStartMs =
      before === undefined ? windowStartMs : before - definition.windowLengthMs + definition.strideMs;
    const windows = Math.round((windowStartMs - firstWindowStartMs) / definition.strideMs);
    if (windows > 0) decision.decide({ type: 'gap', ...about, firstWindowStartMs, windows, missingShare: 1 }, out);
    const anomalyScore = scores.anomalyScore[window]!;
    decision.decide(
      {
        type: 'score',
        ...about,
        windowStartMs,
        windowEndMs,
        modelVersion,
        reconstructionError: anomalyScore * calibrated.holdoutMedianError,
        anomalyScore,
        strideErrors: Float32Array.from(scores.strideErrors.subarray(window * strides, (window + 1) * strides)),
        rowErrors: scores.rowErrors.subarray(window * rows, (window + 1) * rows),
        contributions,
        latent: none,
        reconstruction: none,
        missingShare: 0,
        backfill: false,
      },
      out,
    );
  });
  decision.conclude(-Infinity, out);
  const anomalies = [...new Map(out.anomalies.map((anomaly) => [anomaly.id, anomaly])).values()];
  return {
    scores: { ...scores, judged: judgedSeries(judged) },
    predicted: predictedRows(scores.timeMs, anomalies),
    anomalies,
  };
}
