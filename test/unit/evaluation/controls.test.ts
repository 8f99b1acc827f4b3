import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { controls, type Control } from '../../../pipelines/evaluation/controls.ts';
import { decodeNasaLabels } from '../../../pipelines/evaluation/datasets/nasa-labels.ts';
import type { RowRange } from '../../../pipelines/evaluation/datasets/row-range.ts';
import { classificationFigures } from '../../../pipelines/evaluation/metrics/classification.ts';
import { eventF1 } from '../../../pipelines/evaluation/metrics/event-f1.ts';
import { guardedSequences } from '../../../pipelines/evaluation/metrics/guarded-sequences.ts';
import { bestNabScore, nabProfiles, nabScore } from '../../../pipelines/evaluation/metrics/nab-score.ts';
import { sequenceFigures } from '../../../pipelines/evaluation/metrics/sequence-figures.ts';
import type { ChannelSequences } from '../../../pipelines/evaluation/metrics/sequence-guard.ts';
import { stratifiedFolds } from '../../../pipelines/evaluation/metrics/stratified-folds.ts';
import { vusPr } from '../../../pipelines/evaluation/metrics/vus-pr.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { metricFixture } from './metrics/metric-fixture.ts';

/** The figures that the product has set itself, the lowest where there are several of a kind. */
const goals = { sequenceF05: 0.85, sequenceF1: 0.82, vusPr: 0.4, nabScore: 60, ecgAccuracy: 0.93 } as const;

/** The channels of the development split. */
const channels40 =
  'A-1 A-3 A-5 A-7 A-8 A-9 B-1 C-1 D-1 D-12 D-15 D-16 D-2 D-3 D-4 D-5 D-7 D-8 D-9 F-1 F-3 F-4 F-7 F-8 G-2 G-3 G-6 ' +
  'G-7 M-6 M-7 P-2 P-3 P-4 R-1 T-12 T-13 T-3 T-4 T-5 T-9';

interface Labelled {
  readonly rows: number;
  readonly labelled: readonly RowRange[];
}

function nasaChannels(): Labelled[] {
  const file = new URL('../../fixtures/datasets/nasa-smap-msl/labeled_anomalies.csv', import.meta.url);
  const labels = decodeNasaLabels(readFileSync(file), 'labels');
  return channels40.split(' ').map((channel) => {
    const { testRows, sequences } = labels.get(channel)!;
    return { rows: testRows, labelled: sequences };
  });
}

function predictions(control: Control, series: readonly Labelled[], seed: number): ChannelSequences[] {
  return series.map(({ rows, labelled }, i) => {
    const { predicted } = control.run(rows, SeededRandom.for(seed, `${control.name}/${i}`));
    return { rows, labelled, predicted };
  });
}

function control(name: string): Control {
  return controls.find((one) => one.name === name)!;
}

function flagsOf(rows: number, ranges: readonly RowRange[]): Uint8Array {
  const flags = new Uint8Array(rows);
  for (const [first, last] of ranges) flags.fill(1, first, last + 1);
  return flags;
}

test('the controls are random, constant, always on, the last half and the last 10 %', () => {
  assert.deepEqual(
    controls.map(({ name }) => name),
    ['random', 'constant', 'always-on', 'last-half', 'last-10-percent'],
  );
});

describe('on the labels of 40 SMAP and MSL channels no control reaches a guarded figure of the goals', () => {
  const series = nasaChannels();
  for (const one of controls) {
    test(one.name, () => {
      for (let seed = 1; seed <= 10; seed++) {
        const channels = predictions(one, series, seed);
        const { f05, f1 } = guardedSequences(channels);
        assert.ok((f05 ?? 0) < goals.sequenceF05 && (f1 ?? 0) < goals.sequenceF1, `F0.5 ${f05}, F1 ${f1}`);
        assert.ok((eventF1(channels).f1 ?? 0) < goals.sequenceF1);
      }
    });
  }

  test('and they are low even where the share of predicted rows is let pass', () => {
    const figures = ['always-on', 'last-half', 'last-10-percent'].map((name) => {
      const counts = guardedSequences(predictions(control(name), series, 1));
      return Number(sequenceFigures([counts], 0).f05!.toFixed(2));
    });
    assert.deepEqual(figures, [0.02, 0.3, 0.34]);
  });

  test('without the guard one prediction over everything would have them all', () => {
    const always = predictions(control('always-on'), series, 1);
    const overlapping = always.map(({ labelled }) => ({
      truePositives: labelled.length,
      falsePositives: 0,
      falseNegatives: 0,
    }));
    assert.equal(sequenceFigures(overlapping, 0).f1, 1);
    assert.equal(guardedSequences(always).isVoid, true);
  });
});

describe('on the labels of ten SMD machines no control reaches the mean VUS-PR of the goals', () => {
  const machines = metricFixture('smd-labels') as (Labelled & { readonly windowRows: number })[];
  for (const one of controls) {
    test(one.name, () => {
      const volumes = machines.map(({ rows, labelled, windowRows }, i) => {
        const { score } = one.run(rows, SeededRandom.for(1, `${one.name}/${i}`));
        return vusPr(score, flagsOf(rows, labelled), windowRows)!;
      });
      const mean = volumes.reduce((sum, volume) => sum + volume, 0) / machines.length;
      assert.ok(mean < goals.vusPr, String(mean));
    });
  }
});

describe('on the windows of NAB no control reaches the standard score of the goals', () => {
  const { series } = metricFixture('nab-score') as {
    series: { readonly rows: number; readonly windows: readonly RowRange[] }[];
  };
  for (const one of controls) {
    test(one.name, () => {
      const results = series.map(({ rows, windows }, i) => {
        const { score, predicted } = one.run(rows, SeededRandom.for(1, `${one.name}/${i}`));
        return { score, windows, decisions: { score: Float64Array.from(flagsOf(rows, predicted)), windows } };
      });
      const best = bestNabScore(results, nabProfiles.standard).score;
      const honest = nabScore(
        results.map(({ decisions }) => decisions),
        nabProfiles.standard,
        1,
      ).score;
      assert.ok(best < goals.nabScore && honest < goals.nabScore, `${best}, ${honest}`);
    });
  }
});

describe('on the classes of ECG5000 no control reaches the accuracy of the goals, in five folds', () => {
  // The file is in the order of its classes: 292 normal heartbeats, then 208 abnormal ones of four kinds.
  const classes = [292, 177, 10, 19, 2].flatMap((count, i) => Array.from({ length: count }, () => i + 1));
  for (const one of controls) {
    test(one.name, () => {
      const foldOf = stratifiedFolds(classes, 5, 1);
      const accuracies = [0, 1, 2, 3, 4].map((fold) => {
        const labelled = classes.filter((_, i) => foldOf[i] === fold).map((heartbeat) => Number(heartbeat !== 1));
        const { predicted } = one.run(labelled.length, SeededRandom.for(1, `${one.name}/${fold}`));
        return classificationFigures(flagsOf(labelled.length, predicted), labelled).accuracy!;
      });
      const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
      assert.ok(mean < goals.ecgAccuracy, String(mean));
    });
  }
});

describe('a control says the same of the same seed, of as many rows as it is asked for', () => {
  for (const one of controls) {
    test(one.name, () => {
      for (const rows of [0, 1, 9, 1234]) {
        const result = one.run(rows, new SeededRandom(7));
        assert.deepEqual(one.run(rows, new SeededRandom(7)), result);
        assert.equal(result.score.length, rows);
        for (const [first, last] of result.predicted) assert.ok(first >= 0 && first <= last && last < rows);
      }
    });
  }

  test('and random says another of another seed', () => {
    const { score } = control('random').run(50, new SeededRandom(7));
    assert.notDeepEqual(control('random').run(50, new SeededRandom(8)).score, score);
  });
});
