import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RowRange } from '../../../../pipelines/evaluation/datasets/row-range.ts';
import {
  bestNabScore,
  nabProfiles,
  nabScore,
  type NabScore,
  type NabSeries,
} from '../../../../pipelines/evaluation/metrics/nab-score.ts';
import { isClose, metricFixture } from './metric-fixture.ts';

interface NabCase {
  readonly series: readonly { readonly rows: number; readonly windows: readonly RowRange[] }[];
  readonly profiles: Readonly<Record<keyof typeof nabProfiles, NabScore & { readonly given: readonly NabScore[] }>>;
}

/** The scores that nab-score.json was made with: noise, and a peak in two of three windows. */
function scoresOf({ rows, windows }: NabCase['series'][number], index: number): Float64Array {
  const score = Float64Array.from({ length: rows }, (_, row) => {
    const mixed = (row * 7919 + index * 104_729 + row * row * 31) % 10_007;
    const noise = (mixed * mixed) % 10_007;
    return noise ** 3 / 10_007 ** 3;
  });
  windows.forEach(([first, last], i) => {
    if ((index + i) % 3 === 0) return;
    const row = first + Math.floor((((index * 5 + i * 3) % 7) * (last - first)) / 9);
    score[row] = 0.9902 + ((index * 13 + i * 29) % 30) / 3000;
  });
  return score;
}

describe('on the rows and windows of the whole benchmark, thresholds and scores are those of NAB', () => {
  const { series, profiles } = metricFixture('nab-score') as NabCase;
  const corpus = series.map((one, i): NabSeries => ({ score: scoresOf(one, i), windows: one.windows }));
  for (const [name, expected] of Object.entries(profiles) as [
    keyof typeof nabProfiles,
    NabCase['profiles']['standard'],
  ][]) {
    test(name, () => {
      const best = bestNabScore(corpus, nabProfiles[name]);
      assert.equal(best.threshold, expected.threshold);
      for (const { threshold, rawScore, score } of [expected, ...expected.given]) {
        const actual = nabScore(corpus, nabProfiles[name], threshold);
        assert.ok(
          isClose(actual.rawScore, rawScore) && isClose(actual.score, score),
          `${actual.score}, of NAB ${score}`,
        );
      }
      assert.ok(isClose(best.rawScore, expected.rawScore));
    });
  }
});

const rows = 1000;
const windows: RowRange[] = [[500, 599]];
const { standard } = nabProfiles;

/** A series in which only some rows are detected. */
function detecting(...detected: number[]): NabSeries {
  const score = new Float64Array(rows);
  for (const row of detected) score[row] = 1;
  return { score, windows };
}

function rawScoreOf(...detected: number[]): number {
  return nabScore([detecting(...detected)], standard, 1).rawScore;
}

/** 2 / (1 + e^(5 y)) - 1, by hand. */
function sigmoid(y: number): number {
  return Math.tanh((-5 * y) / 2);
}

test('silence is 0, the first row of every window is 100, and only the first detection in a window counts', () => {
  assert.equal(nabScore([detecting()], standard, 1).score, 0);
  assert.equal(nabScore([detecting(500)], standard, 1).score, 100);
  assert.equal(nabScore([detecting(500, 501, 599)], standard, 1).score, 100);
});

test('a detection is worth less the later in its window, and costs more the further after it', () => {
  assert.ok(isClose(rawScoreOf(550), sigmoid(-0.5) / sigmoid(-1)));
  assert.ok(isClose(rawScoreOf(599), sigmoid(-0.01) / sigmoid(-1)));
  assert.ok(isClose(rawScoreOf(500, 609), 1 + 0.11 * sigmoid(10 / 99)));
  assert.ok(isClose(rawScoreOf(500, 999), 1 - 0.11), 'more than three lengths after it');
  assert.ok(isClose(rawScoreOf(500, 499), 1 - 0.11), 'before the first window');
});

/** Of a series of 20,000 rows in which one is detected, before its window. */
function rawScoreOfLong(row: number): number {
  const score = new Float64Array(20_000).fill(1, row, row + 1);
  return nabScore([{ score, windows: [[9000, 9099]] }], standard, 1).rawScore;
}

test('nothing in the first 15 % of a series counts, of at most 5000 rows', () => {
  assert.equal(rawScoreOf(149), -1);
  assert.ok(isClose(rawScoreOf(150), -1.11));
  assert.deepEqual([rawScoreOfLong(749), rawScoreOfLong(750)], [-1, -1.11]);
});

test('a window in probation can be found by nobody, and is still asked for', () => {
  const series = [{ score: new Float64Array(rows).fill(1, 500, 501), windows: [[10, 20], ...windows] as RowRange[] }];
  const { score, rawScore } = nabScore(series, standard, 1);
  assert.deepEqual([rawScore, score], [1, (100 * 2) / 3]);
});

test('the best threshold is the highest of those that score best, and Infinity where silence does', () => {
  const score = new Float64Array(rows);
  score.set([0.9, 0.8], 500);
  assert.deepEqual(bestNabScore([{ score, windows }], standard), { score: 100, rawScore: 1, threshold: 0.9 });
  const wrong = new Float64Array(rows).fill(0.5);
  assert.deepEqual(bestNabScore([{ score: wrong, windows }], standard), {
    score: 0,
    rawScore: -1,
    threshold: Infinity,
  });
});
