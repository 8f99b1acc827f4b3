import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import type { ModelSetting, ThresholdRecord } from '../../pipelines/commands.ts';
import type { ScoreEvent, WindowGap, WindowScore } from '../../pipelines/scoring/score-event.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { OpenAnomaly, ScorePoint, StaleSpan, StreamState, TimeSpan } from './api.ts';

const maxRecentScores = 120;
const maxSpans = 2000;

/** What the newest window told, without its reconstruction. */
export type NewestScore = Pick<
  WindowScore,
  'windowEndMs' | 'anomalyScore' | 'contributions' | 'missingShare' | 'definitionVersion'
>;

/**
 * One stream as the log tells it: a fold over its records, the same whatever order its topics are read in.
 * Memory is bounded but for settings, of which there are few.
 */
export class StreamModel {
  readonly stream: string;
  readonly #definitions = new Map<number, StreamDefinition>();
  readonly #stale = new Map<string, number | null>();
  readonly #staleSpans: StaleSpan[] = [];
  readonly #gaps: TimeSpan[] = [];
  readonly #recentScores: ScorePoint[] = [];
  #newScores: ScorePoint[] = [];
  readonly models: ModelSetting[] = [];
  readonly thresholds: ThresholdRecord[] = [];
  newestScore: NewestScore | null = null;
  watermarkMs: number | null = null;
  remainingMs: number | null = null;
  openAnomaly: OpenAnomaly | null = null;
  #newestWindow: 'score' | 'gap' | 'warm-up' | null = null;
  #gapMissingShare = 1;

  constructor(stream: string) {
    this.stream = stream;
  }

  /** The newest definition; null while none was read. */
  get definition(): StreamDefinition | null {
    return this.#definitions.get(Math.max(...this.#definitions.keys())) ?? null;
  }

  definitionOf(version: number): StreamDefinition | null {
    return this.#definitions.get(version) ?? null;
  }

  define(definition: StreamDefinition): void {
    this.#definitions.set(definition.version, definition);
  }

  /** Takes what the scorer said. */
  takeScoreEvent(event: ScoreEvent): void {
    switch (event.type) {
      case 'score':
        return this.#takeScore(event);
      case 'gap':
        return this.#takeGap(event);
      case 'stale':
        this.#stale.set(event.channelId, event.lastObservedMs);
        return;
      case 'resumed':
        this.#stale.delete(event.channelId);
        if (event.lastObservedMs === null) return;
        pushBounded(
          this.#staleSpans,
          { channelId: event.channelId, fromMs: event.lastObservedMs, toMs: event.resumedMs },
          maxSpans,
        );
        return;
      case 'warm-up':
        this.#newestWindow = 'warm-up';
        this.remainingMs = event.remainingMs;
        return;
      case 'watermark':
        this.watermarkMs = Math.max(event.watermarkMs, this.watermarkMs ?? -Infinity);
    }
  }

  #takeScore(event: WindowScore): void {
    if (event.backfill) return;
    this.#newestWindow = 'score';
    this.remainingMs = null;
    const { windowEndMs, anomalyScore, contributions, missingShare, definitionVersion } = event;
    this.newestScore = { windowEndMs, anomalyScore, contributions, missingShare, definitionVersion };
    pushBounded(this.#recentScores, { windowEndMs, anomalyScore }, maxRecentScores);
    pushBounded(this.#newScores, { windowEndMs, anomalyScore }, maxRecentScores);
  }

  /** A gap is shown where a score would be: at the newest strides of its windows. */
  #takeGap(event: WindowGap): void {
    this.#newestWindow = 'gap';
    this.#gapMissingShare = event.missingShare;
    const definition = this.#definitions.get(event.definitionVersion) ?? this.definition;
    if (!definition) return;
    const { windowLengthMs, strideMs } = definition;
    const fromMs = event.firstWindowStartMs + windowLengthMs - strideMs;
    const toMs = fromMs + event.windows * strideMs;
    const last = this.#gaps.at(-1);
    if (last && last.toMs === fromMs) this.#gaps[this.#gaps.length - 1] = { fromMs: last.fromMs, toMs };
    else pushBounded(this.#gaps, { fromMs, toMs }, maxSpans);
  }

  takeAnomaly(event: AnomalyEvent): void {
    if (event.type === 'closed') {
      if (this.openAnomaly?.id === event.id) this.openAnomaly = null;
      return;
    }
    this.openAnomaly = { id: event.id, startMs: event.startMs, peakRatio: event.peakScore / event.threshold };
  }

  /** See {@link StreamState} for their order. */
  get state(): StreamState {
    if (this.openAnomaly) return 'anomalous';
    if (this.#newestWindow === null) return 'unmodelled';
    if (this.#newestWindow === 'gap') return 'gap';
    if (this.#newestWindow === 'warm-up') return 'warming-up';
    return this.#stale.size > 0 ? 'stale' : 'normal';
  }

  /** Share of scored cells with a value in the newest window; null before the first. */
  get observedShare(): number | null {
    if (this.#newestWindow === 'gap') return 1 - this.#gapMissingShare;
    return this.newestScore ? 1 - this.newestScore.missingShare : null;
  }

  get staleChannelIds(): readonly string[] {
    return [...this.#stale.keys()];
  }

  get recentScores(): readonly ScorePoint[] {
    return [...this.#recentScores];
  }

  /** Scores since this was last asked. */
  takeNewScores(): readonly ScorePoint[] {
    const scores = this.#newScores;
    this.#newScores = [];
    return scores;
  }

  /** Where no window was scored, within a range. */
  gapsIn({ fromMs, toMs }: TimeSpan): readonly TimeSpan[] {
    return this.#gaps.filter((gap) => gap.fromMs < toMs && gap.toMs > fromMs);
  }

  /** Where channels were silent, within a range; those that still are have no end. */
  staleIn({ fromMs, toMs }: TimeSpan): readonly StaleSpan[] {
    const ongoing = [...this.#stale]
      .filter(([, lastObservedMs]) => lastObservedMs !== null)
      .map(([channelId, lastObservedMs]) => ({ channelId, fromMs: lastObservedMs!, toMs: null }));
    return [...this.#staleSpans, ...ongoing].filter((span) => span.fromMs < toMs && (span.toMs ?? Infinity) > fromMs);
  }
}

function pushBounded<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.splice(0, list.length - most);
}
