import type { Verdict } from '../../pipelines/commands.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import type { TimeRange } from '../../pipelines/ports.ts';
import { decodeTelemetry, encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { appendCommand } from './append-command.ts';
import type { KnownStream } from './known-streams.ts';
import type { TrainerPorts } from './trainer-ports.ts';

/** Windows before a case's time that are kept with it, for what remembers, and after it, for what is decided late. */
const kept = { before: 32, after: 4 };

/** Cases that models are tried on at most, the newest. */
const mostCases = 200;

/** A verdict with the telemetry that it is about. */
export interface KnownCase {
  readonly range: TimeRange;
  readonly samples: SampleBatch;
}

/** The cases of a stream that both models of a decision can be tried on. */
export interface KnownCases {
  readonly incidents: readonly KnownCase[];
  readonly normals: readonly KnownCase[];
  /** Verdicts whose telemetry is not kept, or is of another definition. */
  readonly unusable: number;
}

/** The time that a case needs telemetry of. */
export function caseRange({ fromMs, toMs }: TimeRange, windowLengthMs: number): TimeRange {
  return { fromMs: fromMs - kept.before * windowLengthMs, toMs: toMs + kept.after * windowLengthMs };
}

/**
 * Keeps the telemetry of verdicts in the bundle store, once the history has what came after them. One that the history holds
 * nothing of is lost.
 */
export async function keepCases(ports: TrainerPorts, known: KnownStream, extent: TimeRange): Promise<void> {
  const { definition, verdicts, cases, lost } = known;
  for (const verdict of verdicts) {
    const range = caseRange(verdict, definition.windowLengthMs);
    const isKnown = cases.has(verdict.commandId) || lost.has(verdict.commandId);
    if (!isJudged(verdict) || isKnown || range.toMs > extent.toMs) continue;
    const samples = await ports.history.samples(definition.stream, definition.version, range);
    if (samples.channel.length === 0) {
      lost.add(verdict.commandId);
      continue;
    }
    const caseHash = await ports.bundles.putCase(encodeTelemetry(samples));
    await appendCommand(ports, {
      id: `case-${verdict.commandId}`,
      type: 'keep-case',
      stream: definition.stream,
      verdictId: verdict.commandId,
      caseHash,
      definitionVersion: definition.version,
      reason: `judged ${verdict.judgement} by ${verdict.issuedBy}`,
    });
  }
}

/** The telemetry of every verdict that still holds. */
export async function knownCases(ports: TrainerPorts, known: KnownStream): Promise<KnownCases> {
  const incidents: KnownCase[] = [];
  const normals: KnownCase[] = [];
  let unusable = 0;
  for (const verdict of holding(known.verdicts).slice(-mostCases)) {
    const samples = await keptSamples(ports, known, verdict);
    const range = { fromMs: verdict.fromMs, toMs: verdict.toMs };
    if (samples === null) unusable++;
    else (verdict.judgement === 'anomaly' ? incidents : normals).push({ range, samples });
  }
  return { incidents, normals, unusable };
}

/** Verdicts that say anomaly or normal, and that no newer one is about. */
function holding(verdicts: readonly Verdict[]): Verdict[] {
  const judging = verdicts.filter(({ judgement }) => judgement !== 'note');
  return judging.filter(
    (verdict, index) => isJudged(verdict) && !judging.slice(index + 1).some((newer) => meets(newer, verdict)),
  );
}

function isJudged({ judgement }: Verdict): boolean {
  return judgement === 'anomaly' || judgement === 'normal';
}

function meets(a: TimeRange, b: TimeRange): boolean {
  return a.fromMs < b.toMs && a.toMs > b.fromMs;
}

async function keptSamples(
  { bundles }: TrainerPorts,
  { cases, definition }: KnownStream,
  { commandId }: Verdict,
): Promise<SampleBatch | null> {
  const found = cases.get(commandId);
  if (found?.definitionVersion !== definition.version) return null;
  try {
    const telemetry = decodeTelemetry(await bundles.getCase(found.caseHash));
    return telemetry.type === 'samples' ? telemetry : null;
  } catch (error) {
    if (error instanceof CupolaError) return null;
    throw error;
  }
}
