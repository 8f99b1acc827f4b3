import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import { latentCodes, type CodedScore, type LatentCodes } from '../../../pipelines/alarms/latent-codes.ts';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { ModelSetting, ThresholdRecord, Verdict } from '../../../pipelines/commands.ts';
import { Detector, type Decided } from '../../../pipelines/detector.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { GoverningModel } from '../../../pipelines/scoring/governing-model.ts';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import { SettingsTimeline } from '../../../pipelines/settings-timeline.ts';
import type { TelemetryRecord } from '../../../pipelines/telemetry/sample-batch.ts';
import { strideRows, windowRows } from '../../../pipelines/telemetry/stream-definition.ts';
import { openOnnxRuntime } from '../../adapters/onnx/onnx-runtime.ts';
import { openDataset } from '../../sources/open-dataset.ts';
import { modelRecords, type TelemetryChoice } from '../model-telemetry.ts';

const recordsAtOnce = 4096;

/**
 * Codes that a stored model gives the windows of recorded or simulated telemetry, with the anomalies that the detector finds
 * under the model's own threshold; where a data set is labelled, its labels stand as verdicts.
 *
 * Errors: those of modelTelemetry.
 */
export async function codedTelemetry(
  bundle: Bundle,
  choice: TelemetryChoice,
  onProgress: (windows: number) => void,
  signal: AbortSignal,
): Promise<LatentCodes> {
  const runtime = await openOnnxRuntime();
  try {
    const model = new GoverningModel(bundle);
    const watch = new CodeWatch(model, new Detector(bundle.manifest.definition, settingsOf(model), new Map(), runtime));
    await watch.begin();
    let held: TelemetryRecord[] = [];
    for await (const record of modelRecords(bundle.manifest.definition, choice, signal)) {
      held.push(record);
      if (held.length < recordsAtOnce) continue;
      onProgress(await watch.take(held));
      held = [];
    }
    if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'telemetry was not read to its end');
    await watch.take(held);
    watch.conclude();
    const verdicts = 'dataset' in choice ? await labels(bundle, choice) : [];
    return watch.codes(verdicts);
  } finally {
    await runtime.close();
  }
}

/** The model governs from the first window on; the threshold is its own. */
function settingsOf({ version, bundle }: GoverningModel) {
  const { stream, version: definitionVersion } = bundle.manifest.definition;
  const because = { commandOffset: null, commandId: null, issuedBy: 'cli', reason: 'codes', refusedBecause: null };
  const setting: ModelSetting = {
    stream,
    definitionVersion,
    modelVersion: version,
    effectiveFromMs: -Infinity,
    ...because,
  };
  return { models: new SettingsTimeline([setting]), thresholds: new SettingsTimeline<ThresholdRecord>() };
}

class CodeWatch {
  readonly #model: GoverningModel;
  readonly #detector: Detector;
  readonly #scores: CodedScore[] = [];
  readonly #anomalies = new Map<string, AnomalyEvent>();

  constructor(model: GoverningModel, detector: Detector) {
    this.#model = model;
    this.#detector = detector;
  }

  begin(): Promise<void> {
    return this.#detector.addModel(this.#model);
  }

  /** Returns how many windows were scored so far. */
  async take(records: readonly TelemetryRecord[]): Promise<number> {
    const { scores, anomalies } = await this.#detector.detect(records);
    for (const score of scores) if (score.type === 'score' && !score.backfill) this.#scores.push(detached(score));
    this.#keep(anomalies);
    return this.#scores.length;
  }

  /** Judges what still awaits it. */
  conclude(): void {
    const last: Decided = { anomalies: [], settings: [] };
    this.#detector.decision.conclude(-Infinity, last);
    this.#keep(last.anomalies);
  }

  codes(verdicts: readonly Verdict[]): LatentCodes {
    const found = { anomalies: [...this.#anomalies.values()], verdicts };
    return latentCodes(this.#model.version, this.#model.bundle.manifest, this.#scores, found);
  }

  #keep(anomalies: readonly AnomalyEvent[]): void {
    for (const anomaly of anomalies) this.#anomalies.set(anomaly.id, anomaly);
  }
}

/** In memory of its own: codes share that of the batch that they were scored in. */
function detached({ windowStartMs, windowEndMs, anomalyScore, latent }: WindowScore): CodedScore {
  return { windowStartMs, windowEndMs, anomalyScore, latent: latent.slice() };
}

/** The labels of a data set's recording, as if somebody had given them. */
async function labels(
  { manifest: { definition } }: Bundle,
  choice: Extract<TelemetryChoice, { dataset: string }>,
): Promise<Verdict[]> {
  const options = { windowRows: windowRows(definition), strideRows: strideRows(definition) };
  const { member = definition.stream.split('/').at(-1)! } = choice;
  const [found] = await openDataset({ ...choice, member, options });
  const { recording, timeline, labelled } = found!;
  const firstRow = timeline?.trainingRows ?? 0;
  return labelled.map(([first, last], index) => ({
    commandId: `label-${index}`,
    commandOffset: 0,
    stream: definition.stream,
    fromMs: recording.timeMs[firstRow + first]!,
    toMs: recording.timeMs[firstRow + last]! + definition.intervalMs,
    judgement: 'anomaly',
    anomalyId: null,
    issuedAtMs: 0,
    issuedBy: choice.dataset,
    reason: '',
  }));
}
