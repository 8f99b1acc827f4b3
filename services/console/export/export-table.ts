import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { Judgement } from '../../../pipelines/thresholds/threshold-policy.ts';
import type { TrainingWindow } from '../../../pipelines/training/training-windows.ts';

/** What can be taken away. */
export const exportKinds = ['windows', 'scores', 'codes'] as const;

export type ExportKind = (typeof exportKinds)[number];

/** A column: numbers are null where there is none, times in ms since the epoch. */
export type TableColumn =
  | { readonly name: string; readonly type: 'time' | 'number' | 'whole'; readonly values: readonly (number | null)[] }
  | { readonly name: string; readonly type: 'text'; readonly values: readonly string[] }
  | { readonly name: string; readonly type: 'flag'; readonly values: readonly boolean[] };

/** Columns of equal length. `GET /api/streams/:stream/export/KIND?fromMs&toMs` answers with one. */
export interface ExportTable {
  readonly stream: string;
  readonly kind: ExportKind;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}

/** Windows in engineering units: a row of the table for each row of each window, so that overlapping windows repeat rows. */
export function windowsTable(definition: StreamDefinition, windows: readonly TrainingWindow[]): ExportTable {
  const { rows, channels } = featureLayout(definition);
  const eachCell = <T>(value: (window: TrainingWindow, row: number, index: number) => T): T[] => {
    const values: T[] = [];
    windows.forEach((window, index) => {
      for (let row = 0; row < rows; row++) values.push(value(window, row, index));
    });
    return values;
  };
  return table(definition, 'windows', windows.length * rows, [
    { name: 'window', type: 'whole', values: eachCell((_window, _row, index) => index) },
    { name: 'windowStart', type: 'time', values: eachCell(({ startMs }) => startMs) },
    { name: 'row', type: 'whole', values: eachCell((_window, row) => row) },
    { name: 'time', type: 'time', values: eachCell(({ startMs }, row) => startMs + row * definition.intervalMs) },
    ...definition.channels.map(({ id }, channel): TableColumn => ({
      name: id,
      type: 'number',
      values: eachCell((window, row) => valueOf(window, row * channels + channel)),
    })),
  ]);
}

function valueOf({ values, mask }: TrainingWindow, cell: number): number | null {
  return mask[cell] === 0 ? null : values[cell]!;
}

/** A window that was scored, and judged where somebody did. */
export type ExportedScore = WindowScore & { readonly judgement?: Judgement };

/** Scores, with what the threshold made of them where that is known, and each channel's contribution. */
export function scoresTable(definition: StreamDefinition, scores: readonly ExportedScore[]): ExportTable {
  const scored = definition.channels.filter(({ role }) => role === 'scored');
  const judgements = scores.flatMap(({ judgement }) => judgement ?? []);
  const judged: readonly TableColumn[] = [
    numbers('judgedScore', judgements, ({ score }) => score),
    numbers('threshold', judgements, ({ level }) => level),
    { name: 'violates', type: 'flag', values: judgements.map(({ violates }) => violates) },
  ];
  return table(definition, 'scores', scores.length, [
    ...identity(scores),
    numbers('reconstructionError', scores, ({ reconstructionError }) => reconstructionError),
    numbers('anomalyScore', scores, ({ anomalyScore }) => anomalyScore),
    ...(judgements.length === scores.length ? judged : []),
    numbers('missingShare', scores, ({ missingShare }) => missingShare),
    { name: 'backfill', type: 'flag', values: scores.map(({ backfill }) => backfill) },
    ...scored.map(({ id }, channel) =>
      numbers(`contribution.${id}`, scores, ({ contributions }) => contributions[channel]!),
    ),
  ]);
}

/** Latent codes, of windows of one model. */
export function codesTable(definition: StreamDefinition, scores: readonly WindowScore[]): ExportTable {
  const units = scores[0]?.latent.length ?? 0;
  return table(definition, 'codes', scores.length, [
    ...identity(scores),
    numbers('anomalyScore', scores, ({ anomalyScore }) => anomalyScore),
    ...Array.from({ length: units }, (_, unit) => numbers(`code.${unit}`, scores, ({ latent }) => latent[unit]!)),
  ]);
}

function numbers<T>(name: string, of: readonly T[], value: (one: T) => number | null): TableColumn {
  return { name, type: 'number', values: of.map(value) };
}

function identity(scores: readonly WindowScore[]): readonly TableColumn[] {
  return [
    { name: 'windowStart', type: 'time', values: scores.map(({ windowStartMs }) => windowStartMs) },
    { name: 'windowEnd', type: 'time', values: scores.map(({ windowEndMs }) => windowEndMs) },
    { name: 'modelVersion', type: 'text', values: scores.map(({ modelVersion }) => modelVersion) },
  ];
}

function table(
  { stream }: StreamDefinition,
  kind: ExportKind,
  rows: number,
  columns: readonly TableColumn[],
): ExportTable {
  return { stream, kind, rows, columns };
}
