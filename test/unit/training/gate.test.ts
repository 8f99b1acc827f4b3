import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ModelTrial } from '../../../pipelines/fit-decision.ts';
import { gateRefusal } from '../../../pipelines/training/gate.ts';

const champion: ModelTrial = { modelVersion: 'dense-1', holdoutAlarms: 2, caught: 3, falselyAlarmed: 1 };
const few = fc.nat({ max: 4 });
const trials = fc.record({
  modelVersion: fc.constant('dense-2'),
  holdoutAlarms: few,
  caught: few,
  falselyAlarmed: few,
});

test('a challenger that does as the champion does may govern', () => {
  assert.equal(gateRefusal(champion, { ...champion, modelVersion: 'dense-2' }), null);
});

test('a challenger is refused exactly where it alarms more or catches less, with both numbers', () => {
  fc.assert(
    fc.property(trials, trials, (first, second) => {
      const refusal = gateRefusal(first, second);
      const isWorse =
        second.caught < first.caught ||
        second.holdoutAlarms > first.holdoutAlarms ||
        second.falselyAlarmed > first.falselyAlarmed;
      assert.equal(refusal !== null, isWorse);
    }),
  );
  assert.match(gateRefusal(champion, { ...champion, caught: 2 })!, /catches 2 .*champion 3/);
  assert.match(gateRefusal(champion, { ...champion, holdoutAlarms: 5 })!, /alarms 5 .*champion 2/);
});
