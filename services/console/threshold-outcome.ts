import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import type { ThresholdRecord } from '../../pipelines/commands.ts';
import { Decision, type Decided } from '../../pipelines/detector.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import type { BundleStore, HistoryStore } from '../../pipelines/ports.ts';
import type { ScoreEvent } from '../../pipelines/scoring/score-event.ts';
import { SettingsTimeline } from '../../pipelines/settings-timeline.ts';
import { expectedViolationsPerDay } from '../../pipelines/thresholds/expected-violations.ts';
import { combinedParameter } from '../../pipelines/thresholds/combined.ts';
import { resolutionProblem, thresholdSpan } from '../../pipelines/thresholds/policies.ts';
import { thresholdCalibration } from '../../pipelines/thresholds/threshold-calibration.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import type { JudgedWindow } from '../../pipelines/thresholds/window-judge.ts';
import { anomaliesIn, type AnomalySources } from './anomalies-in.ts';
import type { PreviewedAnomaly, ThresholdOutcome, TimeSpan } from './api.ts';
import type { StreamModel } from './stream-model.ts';

const dayMs = 86_400_000;
/** What one request may judge, what it remembers from before included: a bound on its work. */
const mostWindows = 50_000;
/** Windows read at once. */
const windowsAtOnce = 2000;
/** Events of all kinds in that time, at most. */
const eventsAtOnce = 20_000;
const mostAnomalies = 1000;
const mostLevels = 400;

/** A time of which either end may be left out. */
export interface WantedRange {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

export interface OutcomeSources extends AnomalySources {
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
}

/**
 * What the stored scores of a time would have given under a setting that parseThreshold accepted: the detector's own decision,
 * over the same events.
 *
 * Errors: CUPOLA_REQUEST_INVALID (a time that is empty, or has too many windows), CUPOLA_THRESHOLD_INVALID (the newest
 * model's holdout is too short for it), CUPOLA_MODEL_UNKNOWN, CUPOLA_BUNDLE_CORRUPT.
 */
export async function thresholdOutcome(
  sources: OutcomeSources,
  stream: StreamModel,
  setting: ThresholdSetting,
  wanted: WantedRange,
): Promise<ThresholdOutcome> {
  const modelVersion = stream.models.at(-1)?.modelVersion;
  if (modelVersion === undefined) throw unmodelled(stream.stream);
  const definition = stream.definition!;
  const range = rangeOf(wanted, stream, definition.strideMs);
  const { before, after } = thresholdSpan(setting);
  const strides = (range.toMs - range.fromMs) / definition.strideMs + before + after;
  if (strides > mostWindows) refuse('fromMs', range.fromMs, `must leave at most ${mostWindows} windows to judge`);
  const trial = new Trial(stream.stream, setting, sources.bundles);
  const expectedPerDay = await trial.expectedPerDay(modelVersion);
  const lengthMs = definition.windowLengthMs;
  const fromMs = range.fromMs - lengthMs - before * definition.strideMs;
  const toMs =
    range.toMs + after * definition.strideMs + (setting.parameters[combinedParameter.name] === 1 ? lengthMs : 0);
  for (let atMs = fromMs; atMs < toMs; atMs += windowsAtOnce * definition.strideMs) {
    const slice = { fromMs: atMs, toMs: Math.min(toMs, atMs + windowsAtOnce * definition.strideMs) };
    await trial.take(await eventsBeginningIn(sources.history, stream.stream, slice));
  }
  const inFact = await anomaliesIn(sources, stream.stream, range, mostAnomalies);
  return {
    ...range,
    setting,
    expectedPerDay,
    ...trial.outcome(range, definition.strideMs),
    anomaliesNow: inFact.length,
  };
}

/** The decision of one stream under one setting, and all that it says. */
class Trial {
  readonly #decision: Decision;
  readonly #bundles = new Map<string, Bundle>();
  readonly #setting: ThresholdSetting;
  readonly #store: BundleStore;
  readonly #decided: Required<Decided> = { anomalies: [], settings: [], judged: [] };

  constructor(stream: string, setting: ThresholdSetting, store: BundleStore) {
    const asked = { stream, setting, effectiveFromMs: -Infinity, modelVersion: null, refusedBecause: null };
    // As an operator's: a bundle does not bring its own then.
    const by = { commandId: 'preview', commandOffset: null, issuedBy: 'preview', reason: '' };
    const timeline = new SettingsTimeline<ThresholdRecord>([{ ...asked, ...by }]);
    this.#decision = new Decision(stream, timeline, this.#bundles);
    this.#setting = setting;
    this.#store = store;
  }

  /** Under a model; throws where its holdout is too short for the setting. */
  async expectedPerDay(modelVersion: string): Promise<number | null> {
    const calibration = thresholdCalibration((await this.#store.get(modelVersion)).manifest, this.#setting);
    const problem = resolutionProblem(this.#setting, calibration);
    if (problem) throw problem;
    return expectedViolationsPerDay(this.#setting, calibration);
  }

  async take(events: readonly ScoreEvent[]): Promise<void> {
    for (const event of events) {
      if (event.type === 'score' && !this.#bundles.has(event.modelVersion))
        this.#bundles.set(event.modelVersion, await this.#store.get(event.modelVersion));
      this.#decision.decide(event, this.#decided);
    }
  }

  outcome(range: TimeSpan, strideMs: number) {
    const judged = this.#decided.judged.filter(
      ({ window: { windowEndMs } }) => windowEndMs > range.fromMs && windowEndMs <= range.toMs,
    );
    const newest = new Map(this.#decided.anomalies.map((event) => [event.id, event]));
    return {
      windows: judged.length,
      violating: judged.filter(({ violates }) => violates).length,
      anomalies: [...newest.values()].filter((one) => meets(one, range)).map(previewed),
      levels: levelsOf(judged, strideMs),
    };
  }
}

/** The newest day up to where the stream stands, where nothing else is asked for. */
function rangeOf({ fromMs, toMs }: WantedRange, stream: StreamModel, strideMs: number): TimeSpan {
  const until = toMs ?? stream.newestScore?.windowEndMs ?? fromMs ?? 0;
  const range = { fromMs: fromMs ?? until - Math.min(dayMs, (mostWindows / 4) * strideMs), toMs: until };
  if (range.toMs <= range.fromMs) refuse('toMs', range.toMs, `must be after fromMs (${range.fromMs})`);
  return range;
}

/** Scores and gaps whose first window begins in a time, in the order in which the scorer said them. */
async function eventsBeginningIn(history: HistoryStore, stream: string, slice: TimeSpan): Promise<ScoreEvent[]> {
  const events = await history.scoreEvents(stream, slice, eventsAtOnce);
  const begin = events.filter((event) => startOf(event) >= slice.fromMs && startOf(event) < slice.toMs);
  return begin.sort((a, b) => startOf(a) - startOf(b));
}

function startOf(event: ScoreEvent): number {
  if (event.type === 'score') return event.windowStartMs;
  return event.type === 'gap' ? event.firstWindowStartMs : Number.NaN;
}

function meets(one: AnomalyEvent, { fromMs, toMs }: TimeSpan): boolean {
  return one.startMs < toMs && one.endMs > fromMs;
}

function previewed({ startMs, endMs, decidedAtMs, peakScore, threshold, type }: AnomalyEvent): PreviewedAnomaly {
  return { startMs, endMs, decidedAtMs, state: type === 'closed' ? 'closed' : 'open', peakScore, threshold };
}

/** Where the level changes, of every so manyeth window where there are too many. */
function levelsOf(judged: readonly JudgedWindow[], strideMs: number): ThresholdOutcome['levels'] {
  const step = Math.ceil(judged.length / mostLevels);
  const some = judged.filter(({ level }, index) => index % step === 0 && Number.isFinite(level));
  return some
    .filter(({ level }, index) => index === 0 || level !== some[index - 1]!.level)
    .map(({ level, window }) => ({ drawnFromMs: window.windowEndMs - strideMs, level }));
}

function unmodelled(stream: string): CupolaError {
  const bound = 'a stream that a model governs';
  return new CupolaError('CUPOLA_MODEL_UNKNOWN', `no model governs ${stream} yet`, {
    field: 'stream',
    value: stream,
    bound,
  });
}

function refuse(field: string, value: unknown, bound: string): never {
  throw new CupolaError('CUPOLA_REQUEST_INVALID', `${field} ${bound}`, { field, value, bound });
}
