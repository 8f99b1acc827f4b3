import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  distanceFrom,
  distributionOf,
  smirnovCritical,
  smirnovDistance,
} from '../../../pipelines/training/value-distribution.ts';

/** Of values all different, or few of them. */
const samples = fc.oneof(
  fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 200 }),
);

test('the two-sample distance of worked examples', () => {
  assert.equal(smirnovDistance([1, 2, 3], [1, 2, 3]), 0);
  assert.equal(smirnovDistance([1, 2, 3], [4, 5]), 1);
  // F_a - F_b: at 1 it is 1/4, at 2 it is 1/2 - 1/3, at 3 it is 3/4 - 1/3, at 4 it is 1 - 2/3.
  assert.ok(Math.abs(smirnovDistance([1, 2, 3, 4], [2, 4, 5]) - (3 / 4 - 1 / 3)) < 1e-12);
  // Ties: all of a's mass at 0, half of b's.
  assert.equal(smirnovDistance([0, 0, 0], [0, 1]), 0.5);
});

test('the critical distances of the tables: 1.358 and 1.949 times the root for 5 % and 0.1 %', () => {
  assert.ok(Math.abs(smirnovCritical(100, 100, 0.05) - 1.358 * Math.sqrt(2 / 100)) < 1e-4);
  assert.ok(Math.abs(smirnovCritical(50, 200, 0.001) - 1.949 * Math.sqrt(250 / 10_000)) < 1e-3);
});

test('the two-sample distance is symmetric, between 0 and 1, and 0 from itself', () => {
  fc.assert(
    fc.property(samples, samples, (a, b) => {
      const distance = smirnovDistance(a, b);
      assert.ok(distance >= 0 && distance <= 1);
      assert.equal(distance, smirnovDistance(b, a));
      assert.equal(smirnovDistance(a, a), 0);
    }),
  );
});

test('a distribution in few numbers tells the distance but for a thirty-second', () => {
  fc.assert(
    fc.property(samples, samples, (a, b) => {
      const told = distanceFrom(distributionOf(a), b);
      const exact = smirnovDistance(a, b);
      assert.ok(told <= exact + 1e-12, `${told} > ${exact}`);
      assert.ok(told >= exact - 1 / 32 - 1 / a.length - 1e-12, `${told} < ${exact}`);
    }),
  );
});

test('values between two that a distribution has most of are as far from it as they are', () => {
  assert.ok(distanceFrom(distributionOf([0, 10, 10]), [0, 5]) >= 2 / 3 - 1 / 32);
  assert.ok(distanceFrom(distributionOf([0, 0, 10, 10]), [5, 5, 5]) >= 1 / 2);
});

test('a channel that stood still is as far as can be from one that moves either way', () => {
  const still = distributionOf([5, 5, 5, 5]);
  assert.equal(distanceFrom(still, [5, 5]), 0);
  assert.equal(distanceFrom(still, [5.001, 5.001]), 1);
  assert.equal(distanceFrom(still, [4.999, 4.999]), 1);
});
