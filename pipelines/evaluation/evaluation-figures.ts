import type { RowRange } from './datasets/row-range.ts';
import type { ChannelSequences } from './metrics/sequence-guard.ts';
import { bootstrapInterval, type BootstrapInterval } from './metrics/bootstrap.ts';
import { eventF1 } from './metrics/event-f1.ts';
import { guardedSequences } from './metrics/guarded-sequences.ts';
import { bestNabScore, nabProfiles, nabScore, type NabScore, type NabSeries } from './metrics/nab-score.ts';
import { detectionDelaysMs, operatorFigures } from './metrics/operator-figures.ts';
import type { SequenceFigures } from './metrics/sequence-figures.ts';
import { ascendingOf, quantileOf } from '../scoring/order-statistics.ts';

/** What a detector, or a control, said of one recording. */
export interface EvaluatedChannel extends ChannelSequences {
  readonly channel: string;
  readonly intervalMs: number;
  /** null where no row is labelled. */
  readonly vusPr: number | null;
  /** What the Numenta Anomaly Benchmark goes by, a score per row; null elsewhere. */
  readonly score: Float64Array | null;
}

/** What an evaluation comes to over all recordings. */
export interface EvaluationFigures {
  /** Counts pooled, with 95 % intervals by bootstrap over channels; the four figures are null where the run is void. */
  readonly sequences: SequenceFigures & { readonly intervals: FigureIntervals };
  readonly perChannel: readonly (SequenceFigures & { readonly channel: string })[];
  readonly eventF1: SequenceFigures;
  /** Over the channels that have labels. */
  readonly vusPr: { readonly mean: number; readonly channels: number } | null;
  readonly nab: NabFigures | null;
  readonly falseAlarmsPerDay: number | null;
  readonly alarmShare: number;
  /** Of the labelled sequences that were found, the median time from their first row to the first row of the alarm. */
  readonly medianDelayMs: number | null;
}

export type FigureIntervals = Readonly<Record<'precision' | 'recall' | 'f05' | 'f1', BootstrapInterval | null>>;

/** Scores of the standard profile. */
export interface NabFigures {
  /** By the benchmark's own protocol: one threshold for all series, chosen by the labels. */
  readonly best: NabScore;
  /** What was really predicted, by thresholds that no label was used for: every predicted row is a detection. */
  readonly honest: NabScore;
  /** The same, where an alarm is one detection, in its first row. */
  readonly honestAlarms: NabScore;
}

/** The figures of one run over all channels; `seed` is that of the bootstrap. */
export function evaluationFigures(channels: readonly EvaluatedChannel[], seed: number): EvaluationFigures {
  return {
    sequences: { ...guardedSequences(channels), intervals: intervalsOf(channels, seed) },
    perChannel: channels.map((one) => ({ channel: one.channel, ...guardedSequences([one]) })),
    eventF1: eventF1(channels),
    vusPr: meanVusPr(channels),
    nab: nabFigures(channels),
    ...pooledOperatorFigures(channels),
  };
}

function intervalsOf(channels: readonly EvaluatedChannel[], seed: number): FigureIntervals {
  const of = (figure: keyof FigureIntervals): BootstrapInterval | null =>
    bootstrapInterval(channels, (sample) => guardedSequences(sample)[figure], { seed });
  return { precision: of('precision'), recall: of('recall'), f05: of('f05'), f1: of('f1') };
}

function meanVusPr(channels: readonly EvaluatedChannel[]): EvaluationFigures['vusPr'] {
  const values = channels.flatMap(({ vusPr }) => vusPr ?? []);
  if (values.length === 0) return null;
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, channels: values.length };
}

function nabFigures(channels: readonly EvaluatedChannel[]): NabFigures | null {
  if (channels.some(({ score }) => score === null)) return null;
  const { standard } = nabProfiles;
  const scored = channels.map(({ score, labelled }) => ({ score: score!, windows: labelled }));
  return {
    best: bestNabScore(scored, standard),
    honest: nabScore(
      channels.map((one) => decidedSeries(one, one.predicted)),
      standard,
      1,
    ),
    honestAlarms: nabScore(
      channels.map((one) =>
        decidedSeries(
          one,
          one.predicted.map(([first]): RowRange => [first, first]),
        ),
      ),
      standard,
      1,
    ),
  };
}

/** 1 for rows that are detections, 0 for others. */
function decidedSeries({ rows, labelled }: EvaluatedChannel, detections: readonly RowRange[]): NabSeries {
  const score = new Float64Array(rows);
  for (const [first, last] of detections) score.fill(1, first, last + 1);
  return { score, windows: labelled };
}

/** Channels may have other intervals; those of one are pooled first. */
function pooledOperatorFigures(
  channels: readonly EvaluatedChannel[],
): Pick<EvaluationFigures, 'falseAlarmsPerDay' | 'alarmShare' | 'medianDelayMs'> {
  const dayMs = 86_400_000;
  let days = 0;
  let falseAlarms = 0;
  for (const [intervalMs, some] of Map.groupBy(channels, (one) => one.intervalMs)) {
    const ofThese = (some.reduce((sum, { rows }) => sum + rows, 0) * intervalMs) / dayMs;
    days += ofThese;
    falseAlarms += (operatorFigures(some, intervalMs).falseAlarmsPerDay ?? 0) * ofThese;
  }
  const delays = channels.flatMap((one) =>
    detectionDelaysMs(one, one.intervalMs).filter((delay): delay is number => delay !== null),
  );
  return {
    falseAlarmsPerDay: days === 0 ? null : falseAlarms / days,
    alarmShare: operatorFigures(channels, 1).alarmShare,
    medianDelayMs: delays.length === 0 ? null : quantileOf(ascendingOf(delays), 0.5),
  };
}
