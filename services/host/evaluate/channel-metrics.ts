import { controls } from '../../../pipelines/evaluation/controls.ts';
import type { DatasetMember } from '../../../pipelines/evaluation/datasets/recording.ts';
import { detectionDelaysMs } from '../../../pipelines/evaluation/metrics/operator-figures.ts';
import { periodLength } from '../../../pipelines/evaluation/metrics/period-length.ts';
import { vusPr } from '../../../pipelines/evaluation/metrics/vus-pr.ts';
import type { EvaluationPreset } from '../../../pipelines/evaluation/presets.ts';
import { rowScores, type PlacedScores } from '../../../pipelines/evaluation/row-scores.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { windowRows } from '../../../pipelines/telemetry/stream-definition.ts';
import type { ChannelReport } from '../replay-report.ts';

/** Metrics of one recording. */
export interface ChannelMetrics {
  readonly intervalMs: number;
  /** By labelled sequence, the time from its first row to the first row of the alarm; null where it was missed. */
  readonly delaysMs: readonly (number | null)[];
  /** null where no row is labelled. */
  readonly vusPr: number | null;
  /** The window of VUS-PR: the period of column 0. */
  readonly periodRows: number;
  readonly controlsVusPr: Readonly<Record<string, number | null>>;
}

/** Metrics of one recording, with those of the controls. */
export function channelMetrics(
  member: DatasetMember,
  report: ChannelReport,
  scores: PlacedScores,
  preset: EvaluationPreset,
  seed: number,
): ChannelMetrics {
  const { definition } = member.recording;
  const { rows, labelled } = report;
  const periodRows = periodLength(firstColumn(member));
  const flags = new Uint8Array(rows);
  for (const [first, last] of labelled) flags.fill(1, first, last + 1);
  const volume = (score: Float64Array): number | null =>
    labelled.length === 0 ? null : vusPr(score, flags, periodRows);
  const ofControls = controls.map((control): [string, number | null] => [
    control.name,
    volume(control.run(rows, controlRandom(seed, control.name, report.channel)).score),
  ]);
  return {
    intervalMs: definition.intervalMs,
    delaysMs: detectionDelaysMs(report, definition.intervalMs),
    vusPr: volume(rowScores(scores, rows, windowRows(definition), preset.rowScore)),
    periodRows,
    controlsVusPr: Object.fromEntries(ofControls),
  };
}

/** The random numbers of a control on a channel. */
export function controlRandom(seed: number, control: string, channel: string): SeededRandom {
  return SeededRandom.for(seed, `control ${control} ${channel}`);
}

function firstColumn({ recording, timeline }: DatasetMember): Float64Array {
  const columns = recording.definition.channels.length;
  const firstRow = timeline?.trainingRows ?? 0;
  return Float64Array.from(
    { length: recording.timeMs.length - firstRow },
    (_, row) => recording.values[(firstRow + row) * columns]!,
  );
}
