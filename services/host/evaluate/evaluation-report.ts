import { alarmStrength } from '../../../pipelines/evaluation/alarm-strength.ts';
import { controls, type Control } from '../../../pipelines/evaluation/controls.ts';
import {
  evaluationFigures,
  type EvaluatedChannel,
  type EvaluationFigures,
} from '../../../pipelines/evaluation/evaluation-figures.ts';
import type { EvaluationPreset } from '../../../pipelines/evaluation/presets.ts';
import { combinedParameter } from '../../../pipelines/thresholds/combined.ts';
import { thresholdSpan } from '../../../pipelines/thresholds/policies.ts';
import { controlRandom } from './channel-metrics.ts';
import type { ChannelResult, EvaluatedEntry } from './evaluate-channel.ts';

/** What an evaluation of a data set came to. */
export interface EvaluationReport {
  readonly dataset: string;
  /** Its name, and what it came to for this data set. */
  readonly preset: string;
  readonly settings: EvaluationPreset;
  readonly seed: number;
  /** What a reader of the figures has to know. */
  readonly notes: readonly string[];
  /** Row ranges are inclusive. */
  readonly channels: readonly EvaluatedEntry[];
  /** Over all channels; null for a data set without labels. */
  readonly figures: EvaluationFigures | null;
  /** The same figures of detectors that look at nothing. */
  readonly controls: readonly ControlReport[];
  /** Sums over channels of the time that fits and scoring took. */
  readonly fitSeconds: number;
  readonly scoreSeconds: number;
}

export interface ControlReport {
  readonly name: string;
  readonly summary: string;
  readonly figures: EvaluationFigures;
}

/** What was evaluated, and how. */
export interface EvaluationSubject {
  readonly dataset: string;
  readonly preset: string;
  readonly settings: EvaluationPreset;
  readonly seed: number;
}

const always = [
  'Guarded figures: a prediction counts if at least half of its rows lie within labelled sequences widened by 100 rows; a run that predicts more than 10 % of all rows is void.',
  'Scaler, weights and threshold come from training telemetry alone; the same settings hold for every channel.',
  'Windows hold rows of the part that is judged alone, the first of them once it is whole.',
  'No point adjustment. Intervals are 95 % by bootstrap over channels.',
];
const nabNote =
  'NAB, standard profile: `best` has one threshold on the strength of alarms for all series, chosen by the labels as the ' +
  'benchmark does; `rows` is what was predicted, every row a detection; `alarms` the same, each alarm one detection.';

/** Says so where verdicts wait for what follows: delays are of rows, and do not count it. */
function notesOn({ dataset, settings: { threshold } }: EvaluationSubject): string[] {
  const { after } = thresholdSpan(threshold);
  const waits = `A verdict waits for up to ${after} windows that follow; the delay given is that of the first row found, without the wait.`;
  const combined =
    'Each stride is judged by all windows that cover it: its score is there a window less a stride after it ended.';
  const isCombined = threshold.parameters[combinedParameter.name] === 1;
  return [
    ...always,
    ...(isCombined ? [combined] : []),
    ...(after > 0 ? [waits] : []),
    ...(dataset === 'nab' ? [nabNote] : []),
  ];
}

/** Puts the report of an evaluation together. */
export function evaluationReport(subject: EvaluationSubject, results: readonly ChannelResult[]): EvaluationReport {
  const { seed } = subject;
  const isLabelled = results.some(({ entry }) => entry.labelled.length > 0);
  return {
    ...subject,
    notes: notesOn(subject),
    channels: results.map(({ entry }) => entry),
    figures: isLabelled
      ? evaluationFigures(
          results.map((one) => evaluated(subject, one)),
          seed,
        )
      : null,
    controls: isLabelled ? controls.map((control) => controlReport(subject, control, results)) : [],
    fitSeconds: sumOf(results, 'fitSeconds'),
    scoreSeconds: sumOf(results, 'scoreSeconds'),
  };
}

function evaluated({ dataset }: EvaluationSubject, { entry, scores }: ChannelResult): EvaluatedChannel {
  const score = dataset === 'nab' ? alarmStrength(scores, entry.rows, entry.predicted) : null;
  return { ...entry, score };
}

function controlReport(
  { dataset, seed }: EvaluationSubject,
  control: Control,
  results: readonly ChannelResult[],
): ControlReport {
  const { name, summary } = control;
  const channels = results.map(({ entry }): EvaluatedChannel => {
    const { score, predicted } = control.run(entry.rows, controlRandom(seed, name, entry.channel));
    return { ...entry, predicted, vusPr: entry.controlsVusPr[name] ?? null, score: dataset === 'nab' ? score : null };
  });
  return { name, summary, figures: evaluationFigures(channels, seed) };
}

function sumOf(results: readonly ChannelResult[], what: 'fitSeconds' | 'scoreSeconds'): number {
  return results.reduce((sum, { entry }) => sum + entry[what], 0);
}
