import type { Heartbeats } from '../../../pipelines/evaluation/datasets/ecg5000.ts';
import type { EvaluationPreset } from '../../../pipelines/evaluation/presets.ts';
import { allocateFeatureWindows } from '../../../pipelines/features/encode-window.ts';
import { GoverningModel } from '../../../pipelines/scoring/governing-model.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { beginJudge } from '../../../pipelines/thresholds/policies.ts';
import { thresholdCalibration } from '../../../pipelines/thresholds/threshold-calibration.ts';
import { fitBundle, type FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import type { TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { ScoringRuntime, TrainingProgress } from '../../../pipelines/ports.ts';
import { cellMask } from '../../../pipelines/windowing/cell-grid.ts';
import { fitOptions } from './evaluation-plan.ts';

const intervalMs = 1000;

/** A model of normal heartbeats, each a window, with the anomalyScore above which one is abnormal. */
export class HeartbeatDetector {
  readonly #model: GoverningModel;
  readonly #runtime: ScoringRuntime;
  #level = Infinity;

  private constructor(model: GoverningModel, runtime: ScoringRuntime) {
    this.#model = model;
    this.#runtime = runtime;
  }

  /** Fits on normal heartbeats; the threshold is of the scores of all of them. */
  static async fit(
    beats: Heartbeats,
    normal: readonly number[],
    settings: EvaluationPreset,
    seed: number,
    ports: FitPorts,
    signal: AbortSignal,
  ): Promise<HeartbeatDetector> {
    const bundle = await fitHeartbeats(beats, normal, settings, seed, ports, () => {}, signal);
    const detector = new HeartbeatDetector(new GoverningModel(bundle), ports.runtime);
    await ports.runtime.load(detector.#model.version, bundle);
    const holdoutScores = await detector.#scores(beats, normal);
    const calibration = { ...thresholdCalibration(bundle.manifest), holdoutScores };
    detector.#level = beginJudge(bundle.manifest.threshold, calibration).level;
    return detector;
  }

  /** Flags of heartbeats: 1 for abnormal. */
  async abnormal(beats: Heartbeats, tested: readonly number[]): Promise<Uint8Array> {
    return Uint8Array.from(await this.#scores(beats, tested), (score) => (score > this.#level ? 1 : 0));
  }

  close(): Promise<void> {
    return this.#runtime.unload(this.#model.version);
  }

  async #scores(beats: Heartbeats, which: readonly number[]): Promise<number[]> {
    const { layout, encode, version, bundle } = this.#model;
    const windows = which.map((beat, index) => windowOf(beats, beat, index, bundle.manifest.definition));
    const features = allocateFeatureWindows(layout, windows.length);
    windows.forEach((window, index) => encode(window, features, index));
    const scored = await this.#runtime.score(version, features);
    const awaited = windows.map(({ startMs, endMs, values, mask }) => ({
      startMs,
      endMs,
      missingShare: 0,
      backfill: false,
      matrix: { values, mask },
    }));
    return this.#model.scoreEvents(scored, awaited).map(({ anomalyScore }) => anomalyScore);
  }
}

/** Fits a model on heartbeats; the last share of them is the holdout. */
export function fitHeartbeats(
  beats: Heartbeats,
  normal: readonly number[],
  settings: EvaluationPreset,
  seed: number,
  ports: FitPorts,
  onEpoch: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<Bundle> {
  const definition = definitionOf(beats);
  const windows = normal.map((beat, index) => windowOf(beats, beat, index, definition));
  const training = windows.slice(0, Math.round((1 - settings.holdoutShare) * windows.length));
  const selection = { training, holdout: windows.slice(training.length) };
  return fitBundle(definition, selection, fitOptions(settings, seed), ports, onEpoch, signal);
}

/** A stream whose windows, one after the other, are heartbeats. */
function definitionOf({ columns }: Heartbeats): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream: 'ecg5000',
    name: 'Heartbeats',
    source: 'ecg5000',
    intervalMs,
    windowLengthMs: columns * intervalMs,
    strideMs: columns * intervalMs,
    staleAfterMs: 5 * intervalMs,
    warmUpMs: columns * intervalMs,
    channels: [{ id: 'ecg', name: 'Electrocardiogram', kind: 'real' }],
  });
}

function windowOf(
  { columns, values }: Heartbeats,
  beat: number,
  index: number,
  { windowLengthMs }: StreamDefinition,
): TrainingWindow {
  return {
    startMs: index * windowLengthMs,
    endMs: (index + 1) * windowLengthMs,
    values: values.slice(beat * columns, (beat + 1) * columns),
    mask: new Uint8Array(columns).fill(cellMask.observed),
  };
}
