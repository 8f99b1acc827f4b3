import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  fitsOf,
  halvingSchedule,
  reduction,
  survivors,
} from '../../../../pipelines/training/tuning/successive-halving.ts';

const budgets = fc.record({
  fits: fc.integer({ min: 1, max: 2000 }),
  channels: fc.integer({ min: 1, max: 20 }),
  maxEpochs: fc.integer({ min: 1, max: 500 }),
});

describe('successive halving', () => {
  it('spends no more than its budget, but for the one trial that there always is', () => {
    fc.assert(
      fc.property(budgets, (budget) => {
        const fits = fitsOf(halvingSchedule(budget), budget.channels);
        assert.ok(fits <= Math.max(budget.fits, budget.channels), `${fits}`);
      }),
    );
  });

  it('lets a third of the trials go on, for three times the epochs, up to all epochs', () => {
    fc.assert(
      fc.property(budgets, (budget) => {
        const rungs = halvingSchedule(budget);
        assert.equal(rungs.at(-1)!.epochs, budget.maxEpochs);
        rungs.slice(1).forEach(({ trials, epochs }, index) => {
          const before = rungs[index]!;
          assert.ok(trials >= 1 && trials <= before.trials / reduction);
          assert.ok(Math.abs(epochs / before.epochs - reduction) < 0.8, `${before.epochs} to ${epochs}`);
        });
      }),
    );
  });

  it('never has fewer trials for more fits', () => {
    fc.assert(
      fc.property(budgets, (budget) => {
        const rungs = halvingSchedule(budget);
        const more = halvingSchedule({ ...budget, fits: budget.fits + budget.channels });
        // Where the budget fills one rung more, that one is paid for by the trials of the first.
        if (more.length === rungs.length) assert.ok(more[0]!.trials >= rungs[0]!.trials);
        else assert.ok(more.length > rungs.length);
      }),
    );
  });

  it('is, of 40 fits and 30 epochs, 28 trials, 9 and 3', () => {
    assert.deepEqual(halvingSchedule({ fits: 40, channels: 1, maxEpochs: 30 }), [
      { trials: 28, epochs: 3 },
      { trials: 9, epochs: 10 },
      { trials: 3, epochs: 30 },
    ]);
  });

  it('goes on with the least values; of equal ones with the first, and with failures last', () => {
    const results = [4, 1, 1, Infinity, 0.5].map((value, trial) => ({ trial, value }));
    assert.deepEqual(survivors(results, 2), [4, 1]);
    assert.deepEqual(survivors(results, 5), [4, 1, 2, 0, 3]);
  });
});
