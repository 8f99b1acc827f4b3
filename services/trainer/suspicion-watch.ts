import type { ModelSetting } from '../../pipelines/commands.ts';
import type { Suspicion } from '../../pipelines/fit-decision.ts';
import type { TimeRange } from '../../pipelines/ports.ts';
import type { WindowScore } from '../../pipelines/scoring/score-event.ts';
import { isModelToBlame, suspicionOf } from '../../pipelines/training/suspicion.ts';
import { appendCommand } from './append-command.ts';
import type { KnownStream } from './known-streams.ts';
import { mostAnomalies } from './select-telemetry.ts';
import type { TrainerOptions, TrainerPorts } from './trainer-ports.ts';

/** How often a stream is looked at, in parts of the time that is looked at. */
const looksPerTime = 8;
/** Score events of a look, of all kinds, at most. */
const mostEvents = 100_000;

/**
 * Looks from time to time, by event time, whether the model that governs finds too much abnormal: then the one before it is
 * to govern again, or, where there is none or the model is not to blame, the stream is to be fitted again.
 */
export class SuspicionWatch {
  readonly #ports: TrainerPorts;
  readonly #options: TrainerOptions;
  readonly #nextLookMs = new Map<string, number>();

  constructor(ports: TrainerPorts, options: TrainerOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async look(known: KnownStream, { toMs }: TimeRange): Promise<void> {
    const { stream } = known.definition;
    const { champion } = known;
    if (!champion || isSuspected(known, champion) || toMs < (this.#nextLookMs.get(stream) ?? -Infinity)) return;
    this.#nextLookMs.set(stream, toMs + this.#options.suspectForMs / looksPerTime);
    const suspicion = await this.#suspicion(known, champion, toMs);
    if (suspicion) await this.#answer(known, suspicion);
  }

  async #suspicion({ definition }: KnownStream, champion: ModelSetting, toMs: number): Promise<Suspicion | null> {
    const { history } = this.#ports;
    const { suspectForMs } = this.#options;
    const { stream, windowLengthMs, strideMs } = definition;
    const newestFromMs = toMs - 2 * suspectForMs - windowLengthMs;
    const changeFromMs = champion.effectiveFromMs - suspectForMs - windowLengthMs;
    const ranges = [
      { fromMs: changeFromMs, toMs: champion.effectiveFromMs + windowLengthMs + strideMs },
      { fromMs: Math.max(newestFromMs, champion.effectiveFromMs + windowLengthMs + strideMs), toMs },
    ];
    const events = await Promise.all(ranges.map((range) => history.scoreEvents(stream, range, mostEvents)));
    const scores = events.flat().filter((event) => event.type === 'score' && !event.backfill) as WindowScore[];
    const byEnd = new Map(scores.map((score) => [score.windowEndMs, score]));
    const ascending = [...byEnd.values()].sort((a, b) => a.windowEndMs - b.windowEndMs);
    const anomalies = await history.anomalies(stream, { fromMs: changeFromMs, toMs }, mostAnomalies);
    return suspicionOf(champion, ascending, anomalies, strideMs, this.#options);
  }

  async #answer(known: KnownStream, suspicion: Suspicion): Promise<void> {
    const { stream } = known.definition;
    const { modelVersion, governsFromMs, share, windows } = suspicion;
    const id = `suspect-${modelVersion}-${governsFromMs}`;
    const reason = `${(100 * share).toFixed(0)} % of ${windows} windows alarm`;
    const earlier = isModelToBlame(suspicion, this.#options.suspectForMs) ? unsuspectedBefore(known) : null;
    if (earlier !== null)
      await appendCommand(this.#ports, { id, type: 'promote', stream, modelVersion: earlier, suspicion, reason });
    if (earlier === null || !isTrained(earlier))
      await appendCommand(this.#ports, { id: `${id}-fit`, type: 'train', stream, suspicion, reason });
  }
}

function isSuspected({ suspicions }: KnownStream, { modelVersion, effectiveFromMs }: ModelSetting): boolean {
  return suspicions.some((one) => one.modelVersion === modelVersion && one.governsFromMs === effectiveFromMs);
}

function isTrained(modelVersion: string): boolean {
  return !modelVersion.startsWith('robust-limits-');
}

/** The newest other model that governed before and was not suspect. */
function unsuspectedBefore({ governing, suspicions }: KnownStream): string | null {
  const current = governing.at(-1)!.modelVersion;
  const isFit = ({ modelVersion }: ModelSetting): boolean =>
    modelVersion !== current && !suspicions.some((one) => one.modelVersion === modelVersion);
  return governing.findLast(isFit)?.modelVersion ?? null;
}
