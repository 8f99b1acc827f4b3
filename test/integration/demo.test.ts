import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultKinds } from '../../pipelines/truth.ts';
import { summaryOf } from '../quality/headless-run.ts';
import { pool } from '../quality/pool.ts';

test('the demo with seed 7 trains every stream, injects every kind of fault, finds most and cries wolf at nothing much', async () => {
  const summary = await summaryOf(7);
  assert.equal(summary.modelsTrained, summary.streams);
  assert.ok(summary.streams >= 8);
  assert.ok(summary.simulatedSeconds >= 5400);
  assert.ok(summary.faultsInjected >= 18);
  for (const kind of faultKinds) assert.ok(summary.byKind[kind].injected >= 2, kind);
  // One run of 20 faults: looser than what is asked of five runs together.
  const { detectedShare, falseAnomaliesPerHour, topContributorShare } = pool([7], [summary]);
  assert.ok(detectedShare >= 0.65, `detected ${detectedShare}`);
  assert.ok(falseAnomaliesPerHour <= 2.7, `${falseAnomaliesPerHour} false anomalies an hour`);
  assert.ok(topContributorShare >= 0.7, `top contributors ${topContributorShare}`);
});
