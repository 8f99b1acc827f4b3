import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CupolaError } from '../../../pipelines/errors.ts';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import { alarmStrength } from '../../../pipelines/evaluation/alarm-strength.ts';
import { controls } from '../../../pipelines/evaluation/controls.ts';
import { evaluationHtml } from '../../../services/host/evaluate/evaluation-html.ts';
import {
  evaluateDataset,
  type EvaluationProgress,
  type EvaluationRequest,
} from '../../../services/host/evaluate/evaluate-dataset.ts';
import { rowScores } from '../../../pipelines/evaluation/row-scores.ts';

const dataDir = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));

const fast = presetFor('fast', 'nasa-smap-msl');
const quick = {
  ...fast,
  strideRows: 8,
  mostTrainingWindows: 300,
  training: { ...fast.training, maxEpochs: 2 },
  // Low enough for a model that has hardly learnt to predict something.
  threshold: { policy: 'quantile', parameters: { q: 0.9, margin: 2 } },
};

async function withWorkFolder(use: (request: EvaluationRequest, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cupola-evaluate-'));
  const common = { dataset: 'nasa-smap-msl', dataDir, preset: quick, seed: 1, jobs: 1, isFresh: false };
  try {
    await use({ ...common, workFolder: () => folder }, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('an evaluation that was called off goes on where it was, and stands in one report with its controls', () =>
  withWorkFolder(async (request, folder) => {
    const ending = new AbortController();
    const calledOff = evaluateDataset(request, ({ result }) => result && ending.abort(), ending.signal);
    await assert.rejects(calledOff, (error: CupolaError) => error.code === 'CUPOLA_TRAINING_ABORTED');
    assert.equal((await readdir(folder)).length, 1, 'the channel that was finished is kept, and no half of another');

    const steps: EvaluationProgress[] = [];
    const { report, results } = await evaluateDataset(
      request,
      (step) => steps.push(step),
      new AbortController().signal,
    );
    const finished = steps.filter(({ result }) => result !== null);
    assert.deepEqual(
      finished.map(({ isKept }) => isKept),
      [true, false],
    );
    assert.deepEqual(
      report.channels.map(({ channel, rows, model }) => [channel, rows, model !== null]),
      [
        ['A-8', 8375, true],
        ['T-9', 1096, true],
      ],
    );

    const { figures } = report;
    assert.deepEqual(
      report.controls.map(({ name }) => name),
      controls.map(({ name }) => name),
    );
    const alwaysOn = report.controls.find(({ name }) => name === 'always-on')!.figures;
    assert.deepEqual([alwaysOn.sequences.isVoid, alwaysOn.sequences.f1, alwaysOn.alarmShare], [true, null, 1]);
    assert.equal(figures!.sequences.truePositives + figures!.sequences.falseNegatives, 3, 'each label is counted');
    assert.equal(figures!.vusPr!.channels, 2);

    for (const { scores, entry, calibrated } of results) {
      assert.equal(scores.judged.endMs.at(-1), scores.endMs.at(-1), 'every stride is judged, the last ones too');
      assert.ok(scores.strides.lastRow.at(-1)! >= entry.rows - 8 && calibrated!.holdoutErrors.length > 0);
    }
    const page = evaluationHtml(report, results);
    for (const text of ['>A-8<', '>T-9<', 'last-10-percent', 'void', 'class="predicted"', 'class="threshold"'])
      assert.ok(page.includes(text), text);
    assert.doesNotMatch(page, /<script|https?:|NaN/);

    const again = await evaluateDataset(request, () => {}, new AbortController().signal);
    assert.deepEqual(again.report, report, 'read back as it was written');
    for (const threshold of [
      { policy: 'quantile', parameters: { q: 0.9, margin: 2, smoothing: 3 } },
      { policy: 'dynamic-floor', parameters: { delay: 5, buffer: 2, smoothing: 2, floorK: 0, floorQ: 0.5 } },
    ]) {
      const another = { ...request, preset: { ...quick, threshold }, member: 'T-9' };
      const [kept] = (await evaluateDataset(another, () => {}, new AbortController().signal)).results;
      const [fitted] = (await evaluateDataset({ ...another, isFresh: true }, () => {}, new AbortController().signal))
        .results;
      assert.deepEqual(kept!.entry.predicted, fitted!.entry.predicted, 'judged anew as by a fit of its own');
      assert.ok(kept!.entry.predicted.length > 0, threshold.policy);
      assert.deepEqual([kept!.scores, kept!.threshold], [fitted!.scores, fitted!.threshold]);
    }
    const other = await readFile(join(folder, 'T-9.json'), 'utf8');
    const reseeded: EvaluationProgress[] = [];
    const seeded = { ...request, seed: 2, member: 'T-9' };
    await evaluateDataset(seeded, (step) => reseeded.push(step), new AbortController().signal);
    assert.equal(reseeded.at(-1)!.isKept, false, 'results of another seed are not taken');
    assert.notEqual(await readFile(join(folder, 'T-9.json'), 'utf8'), other);
  }));

test('an unknown data set or channel is refused before anything is done', () =>
  withWorkFolder(async (request, folder) => {
    const { signal } = new AbortController();
    for (const [change, code] of [
      [{ dataset: 'none' }, 'CUPOLA_DATASET_NOT_FOUND'],
      [{ member: 'none' }, 'CUPOLA_DATASET_NOT_FOUND'],
    ] as const) {
      const refused = evaluateDataset({ ...request, ...change }, () => {}, signal);
      await assert.rejects(refused, (error: CupolaError) => error.code === code);
    }
    assert.deepEqual(await readdir(folder), []);
  }));

test('a preset is the same for the parts of a data set as for the whole, and an unknown one is refused', () => {
  assert.deepEqual(presetFor('fast', 'msl'), fast);
  assert.throws(
    () => presetFor('none', 'msl'),
    (error: CupolaError) => error.code === 'CUPOLA_USAGE_INVALID',
  );
});

const placed = {
  endMs: Float64Array.of(20, 30),
  anomalyScore: Float64Array.of(1, 3),
  strideErrors: Float64Array.of(0, 2, 4, 6),
  strides: {
    endMs: Float64Array.of(10, 20, 30),
    firstRow: Int32Array.of(-1, 2, 4),
    lastRow: Int32Array.of(-1, 3, 5),
  },
  judged: { endMs: Float64Array.of(10, 20, 30), score: Float64Array.of(9, 6, 3), level: Float64Array.of(1, 2, 1) },
};

test('a row has the score of its newest stride, or a mean of the windows that cover it, and 0 where nothing tells', () => {
  assert.deepEqual([...rowScores(placed, 7, 4, 'newest')], [0, 0, 1, 1, 3, 3, 0]);
  assert.deepEqual([...rowScores(placed, 7, 4, 'mean')], [1, 1, 2, 2, 3, 3, 0]);
  assert.deepEqual([...rowScores(placed, 7, 4, 'combined')], [0, 0, 3, 3, 6, 6, 0]);
});

test('an alarm has its strength in its first row, and no other row has any', () => {
  assert.deepEqual([...alarmStrength(placed, 7, [[2, 5]])], [0, 0, 3, 0, 0, 0, 0]);
});
