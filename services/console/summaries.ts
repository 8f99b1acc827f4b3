import { locatedSpan, type AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import type { ThresholdLevels } from '../../pipelines/thresholds/threshold-levels.ts';
import type { FaultTruth } from '../../pipelines/truth.ts';
import type {
  AnomalySummary,
  Contribution,
  GoverningModel,
  StreamDelta,
  StreamDetail,
  StreamSnapshot,
  StreamSummary,
} from './api.ts';
import type { ReadModel } from './read-model.ts';
import type { StreamModel } from './stream-model.ts';
import { thresholdSteps } from './threshold-steps.ts';

const maxContributions = 16;

/** Puts what the read model knows into the shapes of the API. */
export class Summaries {
  readonly #model: ReadModel;
  readonly #levels: ThresholdLevels;

  constructor(model: ReadModel, levels: ThresholdLevels) {
    this.#model = model;
    this.#levels = levels;
  }

  /** Of a stream that was defined. */
  stream(model: StreamModel): StreamSummary {
    const definition = model.definition!;
    const { newestScore: newest } = model;
    return {
      stream: model.stream,
      name: definition.name,
      subsystem: definition.subsystem,
      source: definition.source,
      definitionVersion: definition.version,
      scoredChannels: definition.channels.filter(({ role }) => role === 'scored').length,
      strideMs: definition.strideMs,
      warmUpMs: definition.warmUpMs,
      state: model.state,
      remainingMs: model.state === 'warming-up' ? model.remainingMs : null,
      watermarkMs: model.watermarkMs,
      score: newest && { windowEndMs: newest.windowEndMs, anomalyScore: newest.anomalyScore },
      threshold: thresholdSteps(this.#levels, model).at(-1) ?? null,
      model: governingModel(model),
      observedShare: model.observedShare,
      staleChannelIds: model.staleChannelIds,
      openAnomaly: model.openAnomaly,
      suspicion: this.#model.suspicionOf(model),
    };
  }

  streamSnapshot(model: StreamModel): StreamSnapshot {
    return { ...this.stream(model), recentScores: model.recentScores };
  }

  streamDelta(model: StreamModel): StreamDelta {
    return { ...this.stream(model), newScores: model.takeNewScores() };
  }

  streamDetail(model: StreamModel): StreamDetail {
    const { intervalMs, windowLengthMs, staleAfterMs, channels } = model.definition!;
    const contributions = newestContributions(model);
    return { ...this.streamSnapshot(model), intervalMs, windowLengthMs, staleAfterMs, channels, contributions };
  }

  anomaly(event: AnomalyEvent): AnomalySummary {
    const { id, stream, startMs, endMs, decidedAtMs, peakScore, threshold, modelVersion } = event;
    return {
      id,
      stream,
      state: event.type === 'closed' ? 'closed' : 'open',
      startMs,
      endMs,
      located: locatedSpan(event),
      decidedAtMs,
      peakScore,
      threshold,
      modelVersion,
      contributions: event.contributions.slice(0, maxContributions),
      faults: this.#model.faults().filter((fault) => this.#touches(event, fault)),
      verdict: this.#model.verdictOn(event),
    };
  }

  /** An anomaly answers a fault of its stream, or of one that it shows in, that it overlaps within one window length. */
  #touches(event: AnomalyEvent, fault: FaultTruth): boolean {
    if (fault.stream !== event.stream && !fault.coupledStreams.includes(event.stream)) return false;
    const marginMs = this.#model.stream(event.stream)?.definition?.windowLengthMs ?? 0;
    return event.startMs < fault.endMs + marginMs && event.endMs > fault.startMs - marginMs;
  }
}

function governingModel({ models }: StreamModel): GoverningModel | null {
  const governing = models.at(-1);
  if (!governing) return null;
  const { modelVersion, effectiveFromMs, issuedBy, reason } = governing;
  const architecture = modelVersion.replace(/-[0-9a-f]+$/, '');
  return {
    version: modelVersion,
    architecture,
    effectiveFromMs,
    trained: architecture !== 'robust-limits',
    issuedBy,
    reason,
  };
}

/** Contributions stand in the order of the scored channels of the definition that the score was made under. */
function newestContributions(model: StreamModel): readonly Contribution[] {
  const { newestScore: newest } = model;
  const definition = newest && model.definitionOf(newest.definitionVersion);
  if (!definition) return [];
  return definition.channels
    .filter(({ role }) => role === 'scored')
    .map(({ id }, index) => ({ channelId: id, share: newest.contributions[index] ?? 0 }))
    .sort((a, b) => b.share - a.share);
}
