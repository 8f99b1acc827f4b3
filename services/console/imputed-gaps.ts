import { robustLimits } from '../../pipelines/autoencoders/robust-limits.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import type { BundleStore, HistorySeries, HistoryStore, ScoringRuntime } from '../../pipelines/ports.ts';
import { imputedCourse, type ImputedCourse } from '../../pipelines/scoring/imputed-course.ts';
import { WholeReconstruction } from '../../pipelines/scoring/whole-reconstruction.ts';
import type { ChannelDefinition } from '../../pipelines/telemetry/channel.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { trainingWindows } from '../../pipelines/training/training-windows.ts';
import type { TimeSpan } from './api.ts';
import type { StreamModel } from './stream-model.ts';

/** Newest silences of a range that are imputed, and windows of each at most: a bound on the work of one request. */
const most = { silences: 8, windows: 400 };
/** Courses that are kept, since views of a range are asked for again and again. */
const mostKept = 64;

/** What imputation needs of the outside. */
export interface ImputationPorts {
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
  readonly runtime?: ScoringRuntime;
}

/**
 * What the governing models put where channels were silent, from history, for the page to draw. Nothing of it is written
 * anywhere: no score, no alarm and no training ever sees it.
 */
export class ImputedGaps {
  readonly #ports: ImputationPorts;
  readonly #report: (error: unknown) => void;
  readonly #models = new Map<string, Promise<WholeReconstruction | null>>();
  /** By stream, model and stretch, the oldest first. */
  readonly #kept = new Map<string, Promise<ImputedCourse | null>>();

  constructor(ports: ImputationPorts, report: (error: unknown) => void) {
    this.#ports = ports;
    this.#report = report;
  }

  /** By id of those of the channels that were silent in a range: one point a time step. */
  async seriesIn(
    stream: StreamModel,
    channels: readonly ChannelDefinition[],
    range: TimeSpan,
  ): Promise<ReadonlyMap<string, HistorySeries>> {
    const definition = stream.definition!;
    const silent = new Map<string, TimeSpan[]>();
    if (this.#ports.runtime)
      for (const { channelId, fromMs, toMs } of stream.staleIn(range)) {
        if (!channels.some(({ id, role }) => id === channelId && role === 'scored')) continue;
        const untilMs = toMs ?? stream.watermarkMs ?? fromMs;
        silent.set(channelId, [...(silent.get(channelId) ?? []), { fromMs, toMs: untilMs }]);
      }
    const series = new Map<string, HistorySeries>();
    for (const [channelId, silences] of silent) {
      const courses = await Promise.all(
        silences.slice(-most.silences).map((silence) => this.#course(stream, definition, silence)),
      );
      const imputed = seriesOf(definition, channelId, courses);
      if (imputed.timeMs.length > 0) series.set(channelId, imputed);
    }
    return series;
  }

  /** The course about a silence; it grows by whole strides while the silence lasts. */
  #course(stream: StreamModel, definition: StreamDefinition, silence: TimeSpan): Promise<ImputedCourse | null> {
    const { windowLengthMs, strideMs, backfillMs } = definition;
    const modelVersion = stream.models.findLast(({ effectiveFromMs }) => effectiveFromMs <= silence.toMs)?.modelVersion;
    if (modelVersion === undefined) return Promise.resolve(null);
    // In whole strides, so that channels that fell silent together share a course.
    const toMs = Math.ceil(silence.toMs / strideMs) * strideMs + windowLengthMs;
    const beginMs = Math.floor(silence.fromMs / strideMs) * strideMs - windowLengthMs;
    const fromMs = Math.max(beginMs, toMs - most.windows * strideMs);
    // What was missed may still come in: until then a course is good for a stride.
    const knownToMs = Math.floor((stream.watermarkMs ?? 0) / strideMs) * strideMs;
    const key = `${stream.stream} ${modelVersion} ${fromMs} ${toMs} ${Math.min(knownToMs, toMs + backfillMs)}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const course = this.#impute(definition, modelVersion, { fromMs, toMs }).catch((error: unknown) => {
      this.#report(error);
      return null;
    });
    this.#kept.set(key, course);
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return course;
  }

  async #impute(definition: StreamDefinition, modelVersion: string, range: TimeSpan): Promise<ImputedCourse | null> {
    const opened = this.#models.get(modelVersion) ?? this.#open(modelVersion, definition);
    this.#models.set(modelVersion, opened);
    const model = await opened;
    if (!model) return null;
    const samples = await this.#ports.history.samples(definition.stream, definition.version, range);
    const windows = trainingWindows({ ...definition, maxMissingShare: 1 }, samples);
    return windows.length > 0 ? imputedCourse(model, windows) : null;
  }

  /** Null for models that have no reconstruction, and for those of another definition of the stream. */
  async #open(modelVersion: string, { version }: StreamDefinition): Promise<WholeReconstruction | null> {
    const bundle = await this.#ports.bundles.get(modelVersion);
    const { architecture, definition } = bundle.manifest;
    if (architecture.name === robustLimits.name || definition.version !== version) return null;
    return WholeReconstruction.open(bundle, this.#ports.runtime!).catch((error: unknown) => {
      if (error instanceof CupolaError && error.code === 'CUPOLA_MODEL_UNSUITED') return null;
      throw error;
    });
  }
}

function seriesOf(
  { channels, intervalMs }: StreamDefinition,
  channelId: string,
  courses: readonly (ImputedCourse | null)[],
): HistorySeries {
  const scored = channels.filter(({ role }) => role === 'scored');
  const column = scored.findIndex(({ id }) => id === channelId);
  const points = courses.flatMap((found) => {
    if (!found) return [];
    return Array.from({ length: found.course.rows }, (_, row) => ({
      timeMs: found.course.startMs + row * intervalMs,
      value: found.imputed[row * scored.length + column]!,
    })).filter(({ value }) => Number.isFinite(value));
  });
  const value = Float64Array.from(points, (point) => point.value);
  return { timeMs: Float64Array.from(points, ({ timeMs }) => timeMs), min: value, max: value };
}
