import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import { WindowJudge } from '../../../pipelines/thresholds/window-judge.ts';

const rows = 14;
const intervalMs = 10;
/** reconstructionError of an anomalyScore of 1. */
const errorUnit = 5;
const fixed: ThresholdSetting = { policy: 'fixed', parameters: { level: 2, smoothing: 0, combined: 0 } };
const combined: ThresholdSetting = { policy: 'fixed', parameters: { level: 2, smoothing: 0, combined: 1 } };

/** Windows of 14 rows, so that strides of four leave two over. */
function definitionOf(strideRows: number): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream: 'pumps',
    name: 'Pumps',
    source: 'test',
    intervalMs,
    windowLengthMs: rows * intervalMs,
    strideMs: strideRows * intervalMs,
    staleAfterMs: 10,
    warmUpMs: rows * intervalMs,
    channels: [{ id: 'a', name: 'a', kind: 'real' }],
  });
}

function mean(errors: readonly number[]): number {
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** The error of a row in the window that ends before row `end`. */
type Errors = (row: number, end: number) => number;

/** The window that ends before row `end`; a model may judge its newest rows only. */
function scoreOf(end: number, errorAt: Errors, strideRows: number, judgedRows: number): WindowScore {
  const errors = Array.from({ length: rows }, (_, at) => (at < rows - judgedRows ? 0 : errorAt(end - rows + at, end)));
  const strides = Math.floor(rows / strideRows);
  const from = rows - strides * strideRows;
  const strideErrors = Float32Array.from({ length: strides }, (_, stride) =>
    mean(errors.slice(from + stride * strideRows, from + (stride + 1) * strideRows)),
  );
  return {
    type: 'score',
    stream: 'pumps',
    definitionVersion: 1,
    windowStartMs: (end - rows) * intervalMs,
    windowEndMs: end * intervalMs,
    modelVersion: 'm',
    reconstructionError: mean(errors),
    anomalyScore: mean(errors) / errorUnit,
    strideErrors,
    rowErrors: strideRows === 1 ? new Float32Array(0) : Float32Array.from(errors),
    contributions: Float32Array.of(1),
    latent: new Float32Array(0),
    reconstruction: new Float32Array(0),
    missingShare: 0,
    backfill: false,
  };
}

/** Rows that are located, over a hundred of them: the first of each stretch and the last. */
function located(
  errorAt: Errors,
  { setting = fixed, strideRows = 4, judgedRows = rows, tells = true } = {},
): number[][] {
  const definition = definitionOf(strideRows);
  const holdout = Array.from({ length: 50 }, () => errorUnit);
  const manifest = { definition, holdoutErrors: holdout, holdoutStrideErrors: holdout, holdoutMedianError: errorUnit };
  const judge = new WindowJudge(setting, 'm', manifest, -Infinity);
  const found = [];
  for (let end = 20; end <= 120; end += strideRows) {
    const score = scoreOf(end, errorAt, strideRows, judgedRows);
    found.push(...judge.judge(tells ? score : { ...score, rowErrors: new Float32Array(0) }));
  }
  found.push(...judge.conclude());
  const stretches: number[][] = [];
  for (const { located: at } of found) {
    if (!at) continue;
    const [first, last] = [at.fromMs / intervalMs, at.toMs / intervalMs - 1];
    if (stretches.at(-1)?.[1] === first - 1) stretches.at(-1)![1] = last;
    else stretches.push([first, last]);
  }
  return stretches;
}

/** Forty units of error in rows 50 to 57, which spill three over the rest of windows that hold some of them, and half a unit elsewhere. */
function fault(row: number, end: number): number {
  const spill = end > 50 && end - rows <= 57 ? 3 : 0.5;
  return errorUnit * (row >= 50 && row <= 57 ? 40 : spill);
}

/** Four units in rows 50 to 61, and little more than usual elsewhere. */
function mild(row: number): number {
  return errorUnit * (row >= 50 && row <= 61 ? 4 : 1.2);
}

function untilTheEnd(row: number): number {
  return errorUnit * (row >= 60 ? 40 : 0.5);
}

function ordinary(row: number): number {
  return errorUnit * (1 + (row % 3) / 4);
}

describe('what a window judge finds is located to the row', () => {
  it('whether windows are judged alone or combined, whatever the stride', () => {
    for (const setting of [fixed, combined])
      for (const strideRows of [1, 2, 4]) assert.deepEqual(located(fault, { setting, strideRows }), [[50, 57]]);
  });

  it('by a policy that waits as well', () => {
    const learning = { memory: 100, delay: 3, buffer: 0, decrease: 0.1, relearn: 100, smoothing: 0, combined: 1 };
    const parameters = { ...learning, floorK: 0, floorQ: 1, floorMargin: 2, floorError: 0 };
    for (const strideRows of [1, 4]) {
      const setting = { policy: 'dynamic-floor', parameters };
      assert.deepEqual(located(fault, { setting, strideRows }), [[50, 57]]);
    }
  });

  it('by models that judge the newest rows only, up to where a stretch ends', () => {
    for (const [strideRows, judgedRows] of [
      [1, 1],
      [1, 3],
      [4, 4],
    ] as const)
      for (const setting of [fixed, combined])
        assert.deepEqual(located(untilTheEnd, { setting, strideRows, judgedRows }), [[60, 119]], `${strideRows}`);
  });

  it('in rows above the level, where others are but somewhat odd', () => {
    assert.deepEqual(located(mild, { setting: combined }), [[50, 61]]);
  });

  it('in no row of which the error is ordinary, where a model judges the newest rows only', () => {
    assert.deepEqual(located(ordinary, { judgedRows: 4 }), []);
  });

  it('and to strides where scores tell nothing of rows', () => {
    const [[first, last]] = located(fault, { setting: combined, tells: false }) as [[number, number]];
    assert.ok(first < 50 && last > 57 && first % 4 === 0 && last % 4 === 3, `${first} to ${last}`);
  });
});
