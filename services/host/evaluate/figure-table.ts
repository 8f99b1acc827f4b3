import type { EvaluationFigures } from '../../../pipelines/evaluation/evaluation-figures.ts';
import type { BootstrapInterval } from '../../../pipelines/evaluation/metrics/bootstrap.ts';
import type { SequenceFigures } from '../../../pipelines/evaluation/metrics/sequence-figures.ts';
import type { HeartbeatReport } from './evaluate-heartbeats.ts';
import type { EvaluationReport } from './evaluation-report.ts';

/** A table of text: what people read, on a terminal or on a page. */
export interface FigureTable {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const headings = [
  '',
  'TP',
  'FP',
  'FN',
  'P',
  'R',
  'F0.5',
  'F1',
  'event F1',
  'VUS-PR',
  'false/day',
  'alarm %',
  'delay min',
];

/** The figures of an evaluation, in the first row, and of its controls. A figure that breaks the guard is `void`. */
export function figureTable({ preset, figures, controls }: EvaluationReport): FigureTable {
  if (!figures) return { heading: [''], rows: [] };
  const hasNab = figures.nab !== null;
  return {
    heading: hasNab ? [...headings, 'NAB best', 'NAB rows', 'NAB alarms'] : headings,
    rows: [{ name: preset, figures }, ...controls].map((run) => figureRow(run.name, run.figures)),
  };
}

function figureRow(name: string, figures: EvaluationFigures): string[] {
  const { sequences, eventF1, vusPr, nab, falseAlarmsPerDay, alarmShare, medianDelayMs } = figures;
  const { truePositives, falsePositives, falseNegatives } = sequences;
  return [
    name,
    ...[truePositives, falsePositives, falseNegatives].map(String),
    ...(['precision', 'recall', 'f05', 'f1'] as const).map((figure) => guardedText(sequences, figure)),
    guardedText(eventF1, 'f1'),
    figureText(vusPr?.mean ?? null),
    falseAlarmsPerDay?.toFixed(2) ?? '-',
    (100 * alarmShare).toFixed(1),
    medianDelayMs === null ? '-' : (medianDelayMs / 60_000).toFixed(0),
    ...(nab ? [nab.best, nab.honest, nab.honestAlarms].map(({ score }) => score.toFixed(1)) : []),
  ];
}

/** Every channel of an evaluation. */
export function channelTable({ channels, figures }: EvaluationReport): FigureTable {
  return {
    heading: ['channel', 'rows', 'predicted', 'labelled', 'TP', 'FP', 'FN', 'VUS-PR', 'fit s', 'score s'],
    rows: channels.map(({ channel, rows, predicted, labelled, vusPr, failure, fitSeconds, scoreSeconds }, index) => {
      const counts = figures?.perChannel[index];
      return [
        channel,
        String(rows),
        failure?.code ?? rangesText(predicted),
        rangesText(labelled),
        ...[counts?.truePositives, counts?.falsePositives, counts?.falseNegatives].map((count) => String(count ?? '-')),
        figureText(vusPr),
        fitSeconds.toFixed(1),
        scoreSeconds.toFixed(1),
      ];
    }),
  };
}

/** Where the pooled figures would lie if other channels had been drawn. */
export function intervalsText({ sequences: { intervals } }: EvaluationFigures): string {
  return `95 % intervals over channels: F0.5 ${intervalText(intervals.f05)}, F1 ${intervalText(intervals.f1)}`;
}

function intervalText(interval: BootstrapInterval | null): string {
  return interval ? `${interval.low.toFixed(3)} to ${interval.high.toFixed(3)}` : '-';
}

/** Architectures on the heartbeats, and what is had without looking. */
export function heartbeatTable({ members, controls }: HeartbeatReport): FigureTable {
  return {
    heading: ['architecture', 'accuracy', 'P', 'R', 'F1', 'P normal', 'R normal', 'fit s'],
    rows: [...members, ...controls].map(({ name, accuracy, seconds, ...rest }) => {
      const figures = [accuracy, rest.precision, rest.recall, rest.f1, rest.normalPrecision, rest.normalRecall];
      return [name].concat(figures.map(figureText), seconds?.toFixed(0) ?? '-');
    }),
  };
}

function guardedText(figures: SequenceFigures, figure: 'precision' | 'recall' | 'f05' | 'f1'): string {
  return figures.isVoid ? 'void' : figureText(figures[figure]);
}

function figureText(figure: number | null): string {
  return figure?.toFixed(3) ?? '-';
}

/** Inclusive rows. */
export function rangesText(ranges: readonly (readonly [number, number])[]): string {
  return ranges.map(([first, last]) => `${first}-${last}`).join(' ') || '-';
}
