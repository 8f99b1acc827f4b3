import type { HeartbeatReport } from '../host/evaluate/evaluate-heartbeats.ts';
import type { EvaluationReport } from '../host/evaluate/evaluation-report.ts';
import {
  channelTable,
  figureTable,
  heartbeatTable,
  intervalsText,
  type FigureTable,
} from '../host/evaluate/figure-table.ts';
import { table } from './output.ts';

/** An evaluation for people: a row a channel, the figures, and the controls beside them. */
export function evaluationText(report: EvaluationReport, workFolder: string): string {
  const { dataset, preset, seed, figures, notes, fitSeconds, scoreSeconds } = report;
  return [
    textOf(channelTable(report)),
    '',
    `${dataset}, preset ${preset}, seed ${seed}: fits ${fitSeconds.toFixed(0)} s, scoring ${scoreSeconds.toFixed(0)} s in all`,
    ...(figures ? ['', textOf(figureTable(report)), '', intervalsText(figures)] : []),
    '',
    ...notes,
    `Results of each channel: ${workFolder}`,
  ].join('\n');
}

/** The heartbeats for people: a row an architecture. */
export function heartbeatText(report: HeartbeatReport): string {
  return [textOf(heartbeatTable(report)), '', ...report.notes].join('\n');
}

function textOf({ heading, rows }: FigureTable): string {
  return table(
    heading.map((cell) => cell.toUpperCase()),
    rows,
  );
}
