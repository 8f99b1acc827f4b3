import type { ModelSetting, ThresholdRecord } from '../commands.ts';
import { Detector, type Decided } from '../detector.ts';
import type { ScoringRuntime } from '../ports.ts';
import type { GoverningModel } from '../scoring/governing-model.ts';
import type { WindowScore } from '../scoring/score-event.ts';
import { SettingsTimeline } from '../settings-timeline.ts';
import type { TelemetryRecord } from '../telemetry/sample-batch.ts';
import type { Judgement } from '../thresholds/threshold-policy.ts';
import type { JudgedWindow } from '../thresholds/window-judge.ts';

/** A window as a model scored it, and what its threshold made of that. */
export interface WatchedWindow extends Judgement {
  readonly scored: WindowScore;
}

/** Records pushed at once: enough to score in large batches. */
const recordsAtOnce = 4096;

/**
 * Watches one recorded stream from its first window to its last with the detector itself, under a model that is there, its own
 * threshold, and nothing else; backfill is left out. The runtime has the model loaded until the last window is taken.
 */
export async function* watchWithModel(
  model: GoverningModel,
  records: AsyncIterable<TelemetryRecord>,
  runtime: ScoringRuntime,
): AsyncGenerator<WatchedWindow> {
  const { definition } = model.bundle.manifest;
  const governs: ModelSetting = {
    stream: definition.stream,
    definitionVersion: definition.version,
    modelVersion: model.version,
    effectiveFromMs: -Infinity,
    commandOffset: null,
    commandId: null,
    issuedBy: 'replay',
    reason: 'the model that is watched with',
    refusedBecause: null,
  };
  const settings = { models: new SettingsTimeline([governs]), thresholds: new SettingsTimeline<ThresholdRecord>() };
  const detector = new Detector(definition, settings, new Map([[model.version, model]]), runtime);
  await runtime.load(model.version, model.bundle);
  /** By their ends. */
  const awaiting = new Map<number, WindowScore>();
  const matched = (judged: readonly JudgedWindow[]): WatchedWindow[] =>
    judged.flatMap(({ window, score, level, violates }) => {
      const scored = awaiting.get(window.windowEndMs);
      awaiting.delete(window.windowEndMs);
      // Where strides are judged, those before the first window's newest one stand at the end of none.
      return scored ? [{ score, level, violates, scored }] : [];
    });
  const detect = async (some: readonly TelemetryRecord[]): Promise<WatchedWindow[]> => {
    const judged: JudgedWindow[] = [];
    const { scores } = await detector.detect(some, judged);
    for (const event of scores)
      if (event.type === 'score' && !event.backfill) awaiting.set(event.windowEndMs, detached(event));
    return matched(judged);
  };
  try {
    let held: TelemetryRecord[] = [];
    for await (const record of records) {
      if (record.type === 'samples' && record.stream !== definition.stream) continue;
      held.push(record);
      if (held.length < recordsAtOnce) continue;
      yield* await detect(held);
      held = [];
    }
    yield* await detect(held);
    const last: Decided = { anomalies: [], settings: [], judged: [] };
    detector.decision.conclude(-Infinity, last);
    yield* matched(last.judged!);
  } finally {
    await runtime.unload(model.version);
  }
}

/** Scores of a batch share memory, which must not be kept for one of them. */
function detached(score: WindowScore): WindowScore {
  const { contributions, latent, reconstruction } = score;
  return {
    ...score,
    contributions: contributions.slice(),
    latent: latent.slice(),
    reconstruction: reconstruction.slice(),
  };
}
