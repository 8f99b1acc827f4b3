import type { AnomalyEvent } from '../alarms/anomaly-event.ts';
import type { ModelSetting, PromoteCommand, ThresholdRecord } from '../commands.ts';
import { Detector, type Decided } from '../detector.ts';
import { CupolaError } from '../errors.ts';
import type { TrainingProgress } from '../ports.ts';
import { GoverningModel } from '../scoring/governing-model.ts';
import { SettingsTimeline } from '../settings-timeline.ts';
import type { SampleBatch, TelemetryRecord } from '../telemetry/sample-batch.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import type { JudgedWindow } from '../thresholds/window-judge.ts';
import type { ContaminationGuard } from '../training/contamination.ts';
import { fitBundle, type FitOptions, type FitPorts } from '../training/fit-bundle.ts';
import { screenWindows } from '../training/screen-windows.ts';
import { selectWindows } from '../training/select-windows.ts';
import { channelGaps, type ChannelGap } from './channel-gap.ts';
import { recordedWindows } from './recorded-windows.ts';
import { JudgedScores, type ScoreSeries } from './score-series.ts';

/** How a recording is watched. */
export interface WatchPlan {
  /** Event time up to which telemetry may teach, a multiple of the stream's interval: the model governs after it. */
  readonly fitAtMs: number;
  readonly fit: FitOptions;
  /** Windows to train on at most, about: more of them are thinned out by a longer stride. */
  readonly mostTrainingWindows: number;
  /** Share of the windows before fitAtMs, the newest, that the fit is judged and the threshold set by. */
  readonly holdoutShare: number;
  /**
   * Whether the recording is a training part, said to be normal, and a test part, which must teach nothing: then all windows
   * before fitAtMs are trained on, and robust-limits does not stand in for a fit that failed.
   */
  readonly isTestAfterFit: boolean;
  /** Leaves out training windows that stand apart from the others, where nobody vouches for them; none by default. */
  readonly guard?: ContaminationGuard | undefined;
}

/** What came of a recording. */
export interface WatchedRecording {
  /** Fitted on what came before fitAtMs; null where the fit came to nothing, or the recording ended before. */
  readonly model: GoverningModel | null;
  /** Why the fit came to nothing. */
  readonly failure: CupolaError | null;
  /** The newest state of each, ascending by start. */
  readonly anomalies: readonly AnomalyEvent[];
  readonly gaps: readonly ChannelGap[];
  /** Of the windows that this model scored. */
  readonly scores: ScoreSeries;
  /** Windows scored. */
  readonly windows: number;
  /** Windows of which too much was missing. */
  readonly gapWindows: number;
}

/** Records pushed at once: enough to score in large batches. */
const recordsAtOnce = 4096;

/**
 * Watches one recorded stream from its first record to its last with the detector itself. Once the source's time comes to
 * fitAtMs, a model is fitted on the windows that were normal so far, and asked to govern from the next window on: that
 * window ends after fitAtMs, and begins with rows from before it.
 */
export async function watchRecording(
  definition: StreamDefinition,
  records: AsyncIterable<TelemetryRecord>,
  plan: WatchPlan,
  ports: FitPorts,
  onProgress: (progress: TrainingProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<WatchedRecording> {
  const watch = new Watch(definition, ports);
  let held: TelemetryRecord[] = [];
  let isFitDue = true;
  for await (const record of records) {
    held.push(record);
    const fitNow = isFitDue && record.type === 'tick' && record.timeMs >= plan.fitAtMs;
    if (!fitNow && held.length < recordsAtOnce) continue;
    if (isFitDue) watch.remember(held);
    await watch.detect(held);
    held = [];
    if (!fitNow) continue;
    isFitDue = false;
    await watch.fit(plan, onProgress, signal);
    if (watch.failure && plan.isTestAfterFit) break;
  }
  await watch.detect(held);
  return watch.finish();
}

class Watch {
  readonly #definition: StreamDefinition;
  readonly #ports: FitPorts;
  readonly #detector: Detector;
  readonly #anomalies = new Map<string, AnomalyEvent>();
  readonly #gaps: ChannelGap[] = [];
  /** Why the fit came to nothing. */
  failure: CupolaError | null = null;
  #remembered: SampleBatch[] = [];
  #model: GoverningModel | null = null;
  readonly #scores = new JudgedScores();
  #windows = 0;
  #gapWindows = 0;

  constructor(definition: StreamDefinition, ports: FitPorts) {
    const settings = {
      models: new SettingsTimeline<ModelSetting>(),
      thresholds: new SettingsTimeline<ThresholdRecord>(),
    };
    this.#definition = definition;
    this.#ports = ports;
    this.#detector = new Detector(definition, settings, new Map(), ports.runtime);
  }

  /** Keeps samples for the fit. */
  remember(records: readonly TelemetryRecord[]): void {
    for (const record of records) if (record.type === 'samples') this.#remembered.push(record);
  }

  async detect(records: readonly TelemetryRecord[]): Promise<void> {
    const judged: JudgedWindow[] = [];
    const { scores, anomalies } = await this.#detector.detect(records, judged);
    this.#keep(anomalies);
    this.#scores.add(scores, judged);
    for (const gap of channelGaps(scores)) this.#gaps.push(gap);
    for (const event of scores) {
      if (event.type === 'score') this.#windows++;
      if (event.type === 'gap') this.#gapWindows += event.windows;
    }
  }

  /** Fits a model on what was remembered and asks for it to govern; a fit that comes to nothing is kept as a failure. */
  async fit(plan: WatchPlan, onProgress: (progress: TrainingProgress) => void, signal?: AbortSignal): Promise<void> {
    try {
      const { fitAtMs, mostTrainingWindows, holdoutShare, isTestAfterFit, guard } = plan;
      const excluded = isTestAfterFit
        ? []
        : [...this.#anomalies.values()].map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs }));
      const windows = recordedWindows(this.#definition, this.#remembered, fitAtMs, mostTrainingWindows);
      const apart = guard ? await screenWindows(this.#definition, windows, guard, this.#ports, signal) : [];
      const selection = selectWindows(windows, [...excluded, ...apart], holdoutShare);
      const bundle = await fitBundle(this.#definition, selection, plan.fit, this.#ports, onProgress, signal);
      this.#model = new GoverningModel(bundle);
      await this.#detector.addModel(this.#model);
      this.#detector.preparation.request(this.#promotion(fitAtMs), 0);
    } catch (error) {
      if (signal?.aborted || !(error instanceof CupolaError)) throw error;
      this.failure = error;
    } finally {
      this.#remembered = [];
    }
  }

  async finish(): Promise<WatchedRecording> {
    const judged: JudgedWindow[] = [];
    const last: Decided = { anomalies: [], settings: [], judged };
    this.#detector.decision.conclude(-Infinity, last);
    this.#keep(last.anomalies);
    this.#scores.add([], judged);
    if (this.#model) await this.#ports.runtime.unload(this.#model.version);
    return {
      model: this.#model,
      failure: this.failure,
      anomalies: [...this.#anomalies.values()],
      gaps: this.#gaps,
      scores: this.#scores.of(this.#model?.version ?? null),
      windows: this.#windows,
      gapWindows: this.#gapWindows,
    };
  }

  #keep(anomalies: readonly AnomalyEvent[]): void {
    for (const anomaly of anomalies) this.#anomalies.set(anomaly.id, anomaly);
  }

  #promotion(issuedAtMs: number): PromoteCommand {
    const modelVersion = this.#model!.version;
    return {
      id: `fit-${modelVersion}`,
      type: 'promote',
      stream: this.#definition.stream,
      modelVersion,
      issuedAtMs,
      issuedBy: 'replay',
      reason: 'fitted on the first part of the recording',
    };
  }
}
