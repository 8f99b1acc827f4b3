import { CupolaError } from '../../pipelines/errors.ts';
import type { DriftReport } from '../../pipelines/fit-decision.ts';
import type { TimeRange } from '../../pipelines/ports.ts';
import { GoverningModel } from '../../pipelines/scoring/governing-model.ts';
import { abnormalRanges } from '../../pipelines/training/abnormal-ranges.ts';
import { driftFindings, hasDrifted, stretches } from '../../pipelines/training/drift.ts';
import { meeting } from '../../pipelines/training/time-ranges.ts';
import { trainingWindows } from '../../pipelines/training/training-windows.ts';
import { windowErrors } from '../../pipelines/training/window-errors.ts';
import { appendCommand } from './append-command.ts';
import type { KnownStream } from './known-streams.ts';
import { mostAnomalies } from './select-telemetry.ts';
import type { TrainerPorts } from './trainer-ports.ts';

/** How often newest telemetry is looked at, in parts of the stretch that is compared. */
const looksPerStretch = 4;
/**
 * Share of a stretch's windows that must be there, and normal, to say anything: what is left of an orbit with holes is distributed
 * otherwise for that alone.
 */
const leastShare = 0.8;

/** The model that governs a stream, where one was trained for its definition; null where not, or it is gone from the store. */
export async function championOf({ bundles }: TrainerPorts, known: KnownStream): Promise<GoverningModel | null> {
  if (!known.champion) return null;
  try {
    const model = new GoverningModel(await bundles.get(known.champion.modelVersion));
    return model.bundle.manifest.architecture.name === 'robust-limits' ? null : model;
  } catch (error) {
    if (error instanceof CupolaError) return null;
    throw error;
  }
}

/**
 * Compares the newest telemetry, an eighth as long as what the champion was trained on, with that: windows, no two of which
 * overlap, that touch no abnormal time. null where there is too little of it yet that the champion does not know.
 */
export async function driftReport(
  { history, runtime }: TrainerPorts,
  { definition, verdicts }: KnownStream,
  champion: GoverningModel,
  toMs: number,
): Promise<DriftReport | null> {
  const { training, holdout } = champion.bundle.manifest;
  const range: TimeRange = { fromMs: toMs - stretchMsOf(champion), toMs };
  if (range.fromMs < holdout.toMs || training.toMs <= training.fromMs) return null;
  const { stream, version, windowLengthMs } = definition;
  const samples = await history.samples(stream, version, range);
  const anomalies = await history.anomalies(stream, range, mostAnomalies);
  const isAbnormal = meeting(abnormalRanges({ anomalies, verdicts }));
  const windows = trainingWindows(definition, samples, windowLengthMs).filter(
    ({ startMs, endMs }) => !isAbnormal(startMs, endMs),
  );
  if (windows.length < (leastShare * (toMs - range.fromMs)) / windowLengthMs) return null;
  const errors = await windowErrors(champion, windows, runtime);
  const findings = driftFindings(champion.bundle.manifest, windows, errors);
  return { modelVersion: champion.version, ...range, windows: windows.length, findings };
}

/** Looks for drift from time to time, by event time, and asks for a fit where there is some. */
export class DriftWatch {
  readonly #ports: TrainerPorts;
  readonly #nextLookMs = new Map<string, number>();

  constructor(ports: TrainerPorts) {
    this.#ports = ports;
  }

  async look(known: KnownStream, { toMs }: TimeRange): Promise<void> {
    const { stream } = known.definition;
    if (known.asked || known.trainedToMs === null || toMs < (this.#nextLookMs.get(stream) ?? -Infinity)) return;
    const champion = await championOf(this.#ports, known);
    if (!champion) return;
    const stretchMs = stretchMsOf(champion);
    this.#nextLookMs.set(stream, toMs + stretchMs / looksPerStretch);
    // A challenger that was declined has seen what came before.
    if (toMs - stretchMs < known.trainedToMs) return;
    const drift = await driftReport(this.#ports, known, champion, toMs);
    if (!drift || !hasDrifted(drift.findings)) return;
    const reason = `drift of ${drift.findings[0]!.channelId ?? 'errors'}`;
    await appendCommand(this.#ports, { id: `drift-${champion.version}-${toMs}`, type: 'train', stream, drift, reason });
  }
}

function stretchMsOf({ bundle }: GoverningModel): number {
  const { fromMs, toMs } = bundle.manifest.training;
  return (toMs - fromMs) / stretches;
}
