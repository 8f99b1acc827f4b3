/**
 * The detector: one stream's life, top to bottom.
 *
 *   telemetry -> Preparation (windows, the model that governs each) -> PreparedWindows.score (a runtime)
 *             -> score events -> Decision (the threshold that governs each: WindowJudge) -> anomaly events
 *
 * The scorer runs the first half, the annunciator the second; `detect` runs both with a runtime between, for replays and
 * tests. Nothing here reads a clock, the environment or chance: the log alone decides what comes out.
 */
import type { AnomalyEvent } from './alarms/anomaly-event.ts';
import { AnomalyTracker, type AnomalyTrackerState } from './alarms/anomaly-tracker.ts';
import type { Bundle } from './autoencoders/bundle.ts';
import type { ModelSetting, PromoteCommand, SetThresholdCommand, ThresholdRecord } from './commands.ts';
import type { ScoringRuntime } from './ports.ts';
import { GoverningModel } from './scoring/governing-model.ts';
import { PreparedWindows } from './scoring/prepared-windows.ts';
import type { ScoreEvent, WindowScore } from './scoring/score-event.ts';
import { SettingsTimeline } from './settings-timeline.ts';
import type { SampleBatch, TelemetryRecord } from './telemetry/sample-batch.ts';
import type { StreamDefinition } from './telemetry/stream-definition.ts';
import { resolutionProblem } from './thresholds/policies.ts';
import { thresholdCalibration } from './thresholds/threshold-calibration.ts';
import { isSameSetting, type ThresholdSetting } from './thresholds/threshold-setting.ts';
import { WindowJudge, type JudgedWindow, type WindowJudgeState } from './thresholds/window-judge.ts';
import { WarmUpCollector, type WarmUpState } from './training/warm-up.ts';
import {
  StreamWindower,
  type StreamWindowerState,
  type WindowingSink,
  type WindowView,
} from './windowing/stream-windower.ts';

/** Models that are ready for use, by version. */
export type Models = ReadonlyMap<string, GoverningModel>;

/** A command that waits for the first window that it may govern. */
interface Awaiting<C> {
  readonly command: C;
  readonly offset: number;
  /** Set where the command cannot be obeyed: it is then answered, not applied. */
  readonly refusedBecause: string | null;
}

/** Takes the commands that may govern from `startMs` on, in the order in which they were given. */
function takeDue<C extends { readonly notBeforeMs?: number | undefined }>(
  awaiting: Awaiting<C>[],
  startMs: number,
  isReady: (command: C) => boolean = () => true,
): Awaiting<C>[] {
  const isDue = ({ command, refusedBecause }: Awaiting<C>): boolean =>
    (command.notBeforeMs ?? -Infinity) <= startMs && (refusedBecause !== null || isReady(command));
  const due = awaiting.filter(isDue);
  if (due.length > 0) awaiting.splice(0, awaiting.length, ...awaiting.filter((one) => !due.includes(one)));
  return due;
}

/** What one step of preparation gives, for any number of streams. */
export class Prepared {
  readonly windows: PreparedWindows;
  /** Settings that begin to govern with windows among these; to be written with them. */
  readonly settings: ModelSetting[] = [];
  /** Models fitted on the way (robust-limits); to be stored and loaded before these windows are scored. */
  readonly fitted: GoverningModel[] = [];
  readonly late: { readonly batch: SampleBatch; readonly index: number }[] = [];

  /** `runtime`, where it is given, has all models but those fitted on the way, and scores meanwhile what can be. */
  constructor(runtime: ScoringRuntime | null = null) {
    const isFitted = (version: string): boolean => this.fitted.some((model) => model.version === version);
    this.windows = new PreparedWindows((version) => (isFitted(version) ? null : runtime));
  }
}

/** A preparation's memory: plain data. */
export interface PreparationState {
  readonly windower: StreamWindowerState;
  readonly warmUp: WarmUpState;
}

/** The first half of a stream's life: telemetry to windows, each with the model that governs it. */
export class Preparation implements WindowingSink {
  readonly definition: StreamDefinition;
  readonly #timeline: SettingsTimeline<ModelSetting>;
  readonly #models: Models;
  readonly #windower: StreamWindower;
  readonly #warmUp: WarmUpCollector;
  readonly #awaiting: Awaiting<PromoteCommand>[] = [];
  /** Models fitted here, until the caller's `models` has them. */
  readonly #fitted = new Map<string, GoverningModel>();
  #out: Prepared | null = null;

  constructor(
    definition: StreamDefinition,
    timeline: SettingsTimeline<ModelSetting>,
    models: Models,
    state?: PreparationState,
  ) {
    this.definition = definition;
    this.#timeline = timeline;
    this.#models = models;
    this.#windower = new StreamWindower(definition, state?.windower);
    this.#warmUp = new WarmUpCollector(definition, state?.warmUp);
  }

  get watermarkMs(): number {
    return this.#windower.watermarkMs;
  }

  /** Asks for a model to govern from the next window on that the command allows, once `models` has it. */
  request(command: PromoteCommand, offset: number, refusedBecause: string | null = null): void {
    this.#awaiting.push({ command, offset, refusedBecause });
  }

  /** Offset of the oldest command that still waits; null where none does. */
  oldestAwaitingOffset(): number | null {
    return this.#awaiting.reduce<number | null>((least, { offset }) => Math.min(least ?? offset, offset), null);
  }

  /** Takes a record; `out` is null while memory is rebuilt from records whose output was committed before. */
  push(record: TelemetryRecord, out: Prepared | null): void {
    this.#out = out;
    const before = this.#windower.watermarkMs;
    if (record.type === 'samples') this.#windower.push(record, this);
    else this.#windower.tick(record.timeMs, this);
    this.#reportWatermark(before);
    this.#out = null;
  }

  snapshot(): PreparationState {
    return { windower: this.#windower.snapshot(), warmUp: this.#warmUp.snapshot() };
  }

  window(view: WindowView): void {
    if (this.#out && !view.backfill) this.#applySettings(view.startMs, this.#out);
    const setting = this.#timeline.at(view.startMs);
    if (setting) this.#out?.windows.addWindow(this.#model(setting.modelVersion), view);
    else if (!view.backfill) this.#warmUpWith(view);
  }

  gap(firstWindowStartMs: number, windows: number, missingShare: number): void {
    this.#say({ type: 'gap', ...this.#identity(), firstWindowStartMs, windows, missingShare });
  }

  stale(channel: number, lastObservedMs: number | null): void {
    this.#say({ type: 'stale', ...this.#identity(), channelId: this.#channelId(channel), lastObservedMs });
  }

  resumed(channel: number, lastObservedMs: number | null, resumedMs: number): void {
    this.#say({ type: 'resumed', ...this.#identity(), channelId: this.#channelId(channel), lastObservedMs, resumedMs });
  }

  late(batch: SampleBatch, index: number): void {
    this.#out?.late.push({ batch, index });
  }

  #warmUpWith(view: WindowView): void {
    this.#warmUp.observe(view);
    const { remainingMs } = this.#warmUp;
    this.#say({ type: 'warm-up', ...this.#identity(), windowStartMs: view.startMs, remainingMs });
  }

  /** Before a window: what was asked for and may govern it does, and robust-limits where nothing else does by then. */
  #applySettings(startMs: number, out: Prepared): void {
    for (const due of takeDue(this.#awaiting, startMs, (command) => this.#models.has(command.modelVersion))) {
      const { command, offset } = due;
      const refusedBecause = due.refusedBecause ?? this.#misfit(command.modelVersion);
      this.#govern(command.modelVersion, startMs, out, {
        commandOffset: offset,
        commandId: command.id,
        issuedBy: command.issuedBy,
        reason: command.reason,
        refusedBecause,
      });
    }
    if (this.#timeline.at(startMs) || this.#warmUp.remainingMs > 0) return;
    const fitted = new GoverningModel(this.#warmUp.fit());
    this.#fitted.set(fitted.version, fitted);
    out.fitted.push(fitted);
    const because = {
      commandOffset: null,
      commandId: null,
      issuedBy: 'scorer',
      reason: 'warm-up',
      refusedBecause: null,
    };
    this.#govern(fitted.version, startMs, out, because);
  }

  #govern(
    modelVersion: string,
    effectiveFromMs: number,
    out: Prepared,
    because: Pick<ModelSetting, 'commandOffset' | 'commandId' | 'issuedBy' | 'reason' | 'refusedBecause'>,
  ): void {
    const setting: ModelSetting = {
      stream: this.definition.stream,
      definitionVersion: this.definition.version,
      modelVersion,
      effectiveFromMs,
      ...because,
    };
    out.settings.push(setting);
    if (setting.refusedBecause === null) this.#timeline.add(setting);
  }

  #misfit(modelVersion: string): string | null {
    const { stream, version } = this.#model(modelVersion).bundle.manifest.definition;
    if (stream === this.definition.stream && version === this.definition.version) return null;
    return `the model is of ${stream} version ${version}, the stream is ${this.definition.stream} version ${this.definition.version}`;
  }

  #model(version: string): GoverningModel {
    return (this.#models.get(version) ?? this.#fitted.get(version))!;
  }

  #reportWatermark(beforeMs: number): void {
    const { watermarkMs } = this.#windower;
    const { strideMs } = this.definition;
    if (Math.floor(watermarkMs / strideMs) === Math.floor(beforeMs / strideMs)) return;
    this.#say({ type: 'watermark', ...this.#identity(), watermarkMs });
  }

  #say(event: ScoreEvent): void {
    this.#out?.windows.addEvent(event);
  }

  #identity(): { stream: string; definitionVersion: number } {
    return { stream: this.definition.stream, definitionVersion: this.definition.version };
  }

  #channelId(channel: number): string {
    return this.definition.channels[channel]!.id;
  }
}

/** What a decision leads to. */
export interface Decided {
  readonly anomalies: AnomalyEvent[];
  /** Thresholds that begin to govern with scores among those decided; to be written with the anomalies. */
  readonly settings: ThresholdRecord[];
  /** What was found of every window that was judged, for those who want it. */
  readonly judged?: JudgedWindow[];
}

/** A decision's memory: plain data. */
export interface DecisionState {
  readonly tracker: AnomalyTrackerState;
  /** null, or left out in snapshots of before, where no window was judged yet. */
  readonly judge?: WindowJudgeState | null;
  /** Left out in snapshots of before. */
  readonly judgedToMs?: number;
}

/**
 * The second half of a stream's life: score events to anomaly events, each by the threshold that governs it.
 *
 * A policy may look ahead: then windows await its judgement here. A gap, and a change of model or threshold, has what waits
 * judged as if nothing followed.
 */
export class Decision {
  readonly #stream: string;
  readonly #timeline: SettingsTimeline<ThresholdRecord>;
  readonly #bundles: ReadonlyMap<string, Bundle>;
  readonly #tracker: AnomalyTracker;
  readonly #awaiting: Awaiting<SetThresholdCommand>[] = [];
  #judge: WindowJudge | null = null;
  /** End of the newest window, or stride, that was judged. */
  #judgedToMs: number;

  /** `bundles` must hold the model of the snapshot's judge. */
  constructor(
    stream: string,
    timeline: SettingsTimeline<ThresholdRecord>,
    bundles: ReadonlyMap<string, Bundle>,
    state?: DecisionState,
  ) {
    this.#stream = stream;
    this.#timeline = timeline;
    this.#bundles = bundles;
    this.#tracker = new AnomalyTracker(state?.tracker);
    this.#judgedToMs = state?.judgedToMs ?? -Infinity;
    if (state?.judge) this.#judge = this.#newJudge(state.judge.setting, state.judge.modelVersion, state.judge);
  }

  /** Asks for a threshold to govern from the next score on that the command allows. */
  request(command: SetThresholdCommand, offset: number, refusedBecause: string | null = null): void {
    this.#awaiting.push({ command, offset, refusedBecause });
  }

  oldestAwaitingOffset(): number | null {
    return this.#awaiting.reduce<number | null>((least, { offset }) => Math.min(least ?? offset, offset), null);
  }

  /**
   * Takes a score event; the bundle of its model must be among `bundles`. `out` is null while memory is rebuilt.
   * Backfill opens no anomaly.
   */
  decide(event: ScoreEvent, out: Decided | null): void {
    if (event.type === 'gap') {
      this.conclude(event.firstWindowStartMs, out);
      this.#say(this.#tracker.close(event.firstWindowStartMs), out);
    }
    if (event.type !== 'score' || event.backfill) return;
    if (out) this.#applySettings(event, out);
    for (const judged of this.#governingJudge(event, out).judge(event)) this.#take(judged, event.windowEndMs, out);
  }

  /** Judges what still awaits it, as if nothing followed: at a gap, or where a recording ends. */
  conclude(atMs: number, out: Decided | null): void {
    for (const judged of this.#judge?.conclude() ?? []) {
      this.#take(judged, Math.max(atMs, judged.window.windowEndMs), out);
    }
  }

  snapshot(): DecisionState {
    return { tracker: this.#tracker.snapshot(), judge: this.#judge?.snapshot() ?? null, judgedToMs: this.#judgedToMs };
  }

  #take(judged: JudgedWindow, decidedAtMs: number, out: Decided | null): void {
    out?.judged?.push(judged);
    this.#judgedToMs = judged.window.windowEndMs;
    const { definition } = this.#bundles.get(judged.window.modelVersion)!.manifest;
    this.#say(this.#tracker.take(judged, decidedAtMs, definition), out);
  }

  #say(anomaly: AnomalyEvent | null, out: Decided | null): void {
    if (anomaly) out?.anomalies.push(anomaly);
  }

  /** A bundle brings its own threshold, unless an operator's governs. */
  #applySettings(score: WindowScore, out: Decided): void {
    const { windowStartMs: effectiveFromMs, modelVersion } = score;
    const { manifest } = this.#bundles.get(modelVersion)!;
    const govern = (record: Omit<ThresholdRecord, 'stream' | 'effectiveFromMs'>): void => {
      const setting = { ...record, stream: this.#stream, effectiveFromMs };
      if (setting.refusedBecause === null) this.#timeline.add(setting);
      out.settings.push(setting);
    };
    const current = this.#timeline.at(effectiveFromMs);
    if (!current || (current.commandId === null && current.modelVersion !== modelVersion)) {
      const own = { commandOffset: null, commandId: null, issuedBy: 'bundle', reason: "the model's own" };
      govern({ ...own, refusedBecause: null, setting: manifest.threshold, modelVersion });
    }
    for (const { command, offset, ...due } of takeDue(this.#awaiting, effectiveFromMs)) {
      const { id: commandId, issuedBy, reason, setting } = command;
      const unresolved = (): string | null =>
        resolutionProblem(setting, thresholdCalibration(manifest, setting))?.message ?? null;
      const refusedBecause = due.refusedBecause ?? unresolved();
      govern({ setting, modelVersion: null, commandOffset: offset, commandId, issuedBy, reason, refusedBecause });
    }
  }

  /** The judge of what governs a score; another than before has what awaited that one judged first. */
  #governingJudge({ windowStartMs, windowEndMs, modelVersion }: WindowScore, out: Decided | null): WindowJudge {
    const { setting } = this.#timeline.at(windowStartMs)!;
    const known = this.#judge;
    if (known && known.modelVersion === modelVersion && isSameSetting(known.setting, setting)) return known;
    this.conclude(windowEndMs, out);
    return (this.#judge = this.#newJudge(setting, modelVersion));
  }

  #newJudge(setting: ThresholdSetting, modelVersion: string, state?: WindowJudgeState): WindowJudge {
    const { manifest } = this.#bundles.get(modelVersion)!;
    return new WindowJudge(setting, modelVersion, manifest, this.#judgedToMs, state);
  }
}

/** What a whole detector says of one step. */
export interface Detected extends Decided {
  readonly scores: readonly ScoreEvent[];
  readonly models: readonly ModelSetting[];
}

/**
 * Both halves of one stream's life with a runtime between. `models` holds every model that the timeline names, loaded into
 * the runtime; models that come later are added.
 */
export class Detector {
  readonly preparation: Preparation;
  readonly decision: Decision;
  readonly #runtime: ScoringRuntime;
  readonly #models: Map<string, GoverningModel>;
  readonly #bundles: Map<string, Bundle>;

  constructor(
    definition: StreamDefinition,
    settings: { models: SettingsTimeline<ModelSetting>; thresholds: SettingsTimeline<ThresholdRecord> },
    models: Models,
    runtime: ScoringRuntime,
  ) {
    this.#runtime = runtime;
    this.#models = new Map(models);
    this.#bundles = new Map([...models].map(([version, { bundle }]) => [version, bundle]));
    this.preparation = new Preparation(definition, settings.models, this.#models);
    this.decision = new Decision(definition.stream, settings.thresholds, this.#bundles);
  }

  /** Makes a model ready: from now on it may be asked to govern. */
  async addModel(model: GoverningModel): Promise<void> {
    await this.#runtime.load(model.version, model.bundle);
    this.#models.set(model.version, model);
    this.#bundles.set(model.version, model.bundle);
  }

  /** `judged`, where it is given, takes what was found of every window that was judged. */
  async detect(records: Iterable<TelemetryRecord>, judged?: JudgedWindow[]): Promise<Detected> {
    const prepared = new Prepared();
    for (const record of records) this.preparation.push(record, prepared);
    for (const model of prepared.fitted) await this.addModel(model);
    const scores = await prepared.windows.score(this.#runtime);
    const detected: Detected = {
      scores,
      models: prepared.settings,
      anomalies: [],
      settings: [],
      ...(judged && { judged }),
    };
    for (const event of scores) this.decision.decide(event, detected);
    return detected;
  }
}
