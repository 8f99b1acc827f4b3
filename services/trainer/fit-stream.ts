import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import type { FitDecision, FitTrigger } from '../../pipelines/fit-decision.ts';
import type { TimeRange, TrainingProgress } from '../../pipelines/ports.ts';
import { GoverningModel } from '../../pipelines/scoring/governing-model.ts';
import { encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { abnormalRanges } from '../../pipelines/training/abnormal-ranges.ts';
import { fitBundle } from '../../pipelines/training/fit-bundle.ts';
import { gateRefusal } from '../../pipelines/training/gate.ts';
import { appendCommand } from './append-command.ts';
import { championOf, driftReport } from './drift-watch.ts';
import { caseRange, knownCases } from './known-cases.ts';
import type { KnownStream } from './known-streams.ts';
import { selectTelemetry, type FitOccasion, type SelectedTelemetry } from './select-telemetry.ts';
import { startingFrom } from './start-from.ts';
import { fitOptionsOf, type FitReport, type TrainerOptions, type TrainerPorts } from './trainer-ports.ts';
import { trialOf } from './try-challenger.ts';

/**
 * Fits a stream on its newest normal telemetry up to `toMs`, stores the bundle, and asks for it to govern if it does no worse
 * than the champion; either way its numbers stand in the command.
 */
export async function fitStream(
  ports: TrainerPorts,
  options: TrainerOptions,
  known: KnownStream,
  { trigger, toMs }: { readonly trigger: FitTrigger; readonly toMs: number },
  signal: AbortSignal,
): Promise<FitReport> {
  const { stream } = known.definition;
  const startedMs = ports.clock.nowMs();
  const seconds = (): number => (ports.clock.nowMs() - startedMs) / 1000;
  let progress: TrainingProgress | null = null;
  const onProgress = (latest: TrainingProgress): void => {
    progress = latest;
  };
  try {
    const champion = await championOf(ports, known);
    const drift = champion && (await driftReport(ports, known, champion, toMs));
    const occasion: FitOccasion = { trigger, toMs, champion, drift };
    const selected = await selectTelemetry(ports, options, known, occasion, signal);
    const own = fitOptionsOf(options, stream);
    const isWarm = options.startFrom === 'same-shape' && champion === null;
    const fit = isWarm ? await startingFrom(ports.bundles, own, known.definition) : own;
    const bundle = await fitBundle(known.definition, selected, fit, ports, onProgress, signal);
    const modelVersion = await ports.bundles.put(bundle);
    const decision = await decide(ports, options, known, occasion, { selected, bundle }, seconds);
    const declinedBecause = decision.champion && gateRefusal(decision.champion, decision.challenger);
    await say(ports, stream, modelVersion, decision, declinedBecause);
    return { stream, modelVersion, declinedBecause, trigger, seconds: seconds(), progress, error: null };
  } catch (error) {
    if (!(error instanceof CupolaError) && !signal.aborted) throw error;
    const known = error instanceof CupolaError ? error : null;
    const nothing = { modelVersion: null, declinedBecause: null };
    return { stream, ...nothing, trigger, seconds: seconds(), progress, error: known };
  }
}

/** Tries challenger and champion on what is known. */
async function decide(
  ports: TrainerPorts,
  options: TrainerOptions,
  known: KnownStream,
  { trigger, toMs, champion, drift }: FitOccasion,
  { selected, bundle }: { readonly selected: SelectedTelemetry; readonly bundle: Bundle },
  seconds: () => number,
): Promise<FitDecision> {
  const { stream, version, windowLengthMs } = known.definition;
  const holdout: TimeRange = { fromMs: selected.holdout[0]!.startMs, toMs };
  const samples = await ports.history.samples(stream, version, caseRange(holdout, windowLengthMs));
  const cases = await knownCases(ports, known);
  const judgedAbnormal = abnormalRanges({ anomalies: [], verdicts: known.verdicts });
  const ground = { holdout, samples, judgedAbnormal, cases };
  const trial = (model: GoverningModel) =>
    trialOf({ model, threshold: known.threshold ?? model.bundle.manifest.threshold }, ground, ports.runtime);
  const { windows, abnormal, contaminated, distrusted } = selected;
  return {
    trigger,
    challenger: await trial(new GoverningModel(bundle)),
    champion: champion && (await trial(champion)),
    holdout,
    incidents: cases.incidents.length,
    normals: cases.normals.length,
    unusable: cases.unusable,
    windows,
    abnormal,
    contaminated,
    distrusted: [...distrusted],
    drift,
    caseHash: options.keepFitCases ? await ports.bundles.putCase(encodeTelemetry(selected.samples)) : null,
    seconds: seconds(),
  };
}

async function say(
  ports: TrainerPorts,
  stream: string,
  modelVersion: string,
  decision: FitDecision,
  declinedBecause: string | null,
): Promise<void> {
  const about = { stream, modelVersion, decision };
  if (declinedBecause !== null)
    return appendCommand(ports, { id: `decline-${modelVersion}`, type: 'decline', ...about, reason: declinedBecause });
  const reason =
    decision.champion === null
      ? 'trained on its newest normal telemetry'
      : 'trained on newer normal telemetry; it does no worse than the model before it';
  return appendCommand(ports, { id: `fit-${modelVersion}`, type: 'promote', ...about, reason });
}
