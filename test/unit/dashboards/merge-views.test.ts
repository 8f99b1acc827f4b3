import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeViews } from '../../../dashboards/console/state/merge-views.ts';
import type { StreamView } from '../../../services/console/api.ts';

/** A view whose bins hold their own index on one endless grid of 10 ms. */
function view(firstBin: number, bins: number, changes: Partial<StreamView> = {}): StreamView {
  const indexes = Array.from({ length: bins }, (_, index) => firstBin + index);
  const series = { min: indexes, max: indexes };
  return {
    stream: 's',
    definitionVersion: 1,
    grid: { fromMs: firstBin * 10, binMs: 10, bins },
    score: series,
    channels: [{ channelId: 'a', telemetry: series, reconstruction: series, imputed: null }],
    thresholds: [],
    anomalies: [],
    gaps: [],
    stale: [],
    faults: [],
    ...changes,
  };
}

const span = (fromMs: number, toMs: number) => ({ fromMs, toMs });
const silent = (fromMs: number, toMs: number | null) => ({ channelId: 'a', fromMs, toMs });

test('a view goes on in a fresh one without a hole or a bin twice', () => {
  const merged = mergeViews(view(0, 100), view(90, 30), 20 * 10)!;
  const expected = Array.from({ length: 100 }, (_, index) => 20 + index);
  assert.deepEqual(merged.grid, { fromMs: 200, binMs: 10, bins: 100 });
  assert.deepEqual(merged.score.max, expected);
  assert.deepEqual(merged.channels[0]!.telemetry.min, expected);
});

test('what is imputed goes on where either view has some, with nothing in the bins of the other', () => {
  const series = { min: [5, 6], max: [5, 6] };
  const silent = view(2, 2, { channels: [{ ...view(2, 2).channels[0]!, imputed: series }] });
  const [none, some] = [null, 5];
  assert.deepEqual(mergeViews(view(0, 2), silent, 0)!.channels[0]!.imputed!.min, [none, none, some, 6]);
  assert.deepEqual(mergeViews(silent, view(4, 2), 20)!.channels[0]!.imputed!.min, [some, 6, none, none]);
  assert.equal(mergeViews(view(0, 4), view(2, 4), 0)!.channels[0]!.imputed, null);
});

test('views that do not join are not joined', () => {
  const older = view(0, 100);
  assert.equal(mergeViews(older, view(101, 10), 0), null, 'a hole between');
  assert.equal(mergeViews(older, view(-5, 10), 0), null, 'the fresh one begins before');
  assert.equal(mergeViews(older, view(90, 20, { stream: 't' }), 0), null);
  assert.equal(mergeViews(older, view(90, 20, { definitionVersion: 2 }), 0), null);
  assert.equal(mergeViews(older, view(90, 20, { channels: [] }), 0), null);
  assert.equal(mergeViews(older, view(90, 20, { grid: { fromMs: 900, binMs: 20, bins: 20 } }), 0), null);
});

test('a range that has left the older view behind keeps the fresh one alone', () => {
  const merged = mergeViews(view(0, 100), view(95, 30), 9999)!;
  assert.deepEqual(merged.grid, { fromMs: 950, binMs: 10, bins: 30 });
});

test('what reaches into the fresh view is told by the fresh view', () => {
  const older = view(0, 100, { gaps: [span(0, 50), span(880, 910)], stale: [silent(0, 40), silent(700, null)] });
  const fresh = view(90, 20, { gaps: [span(880, 960)], stale: [silent(700, 930)] });
  const merged = mergeViews(older, fresh, 0)!;
  assert.deepEqual(merged.gaps, [span(0, 50), span(880, 960)]);
  assert.deepEqual(merged.stale, [silent(0, 40), silent(700, 930)]);
});
