import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { feedTimeMs, firstDayOf } from '../../../../services/sources/iss/feed-time.ts';

const hourMs = 3_600_000;
const instant = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2033, 0, 1) });
const firstDay = fc.constantFrom(0 as const, 1 as const);

/** As the feed writes a time: hours within its year. */
function timeStamp(timeMs: number, firstDay: 0 | 1): string {
  return String((timeMs - Date.UTC(new Date(timeMs).getUTCFullYear(), 0, 1)) / hourMs + 24 * firstDay);
}

test('a time comes back to the millisecond, up to almost a year after and some minutes before it', () => {
  const lag = fc.oneof(fc.integer({ min: -hourMs / 2, max: 0 }), fc.integer({ min: 0, max: 360 * 24 * hourMs }));
  fc.assert(
    fc.property(instant, lag, firstDay, (timeMs, lagMs, firstDay) => {
      assert.equal(feedTimeMs(timeStamp(timeMs, firstDay), timeMs + lagMs, firstDay), timeMs);
    }),
    { numRuns: 1000 },
  );
});

test('over the turn of a year the last hours are of the old, the first of the new', () => {
  const newYearMs = Date.UTC(2027, 0, 1);
  assert.equal(feedTimeMs('8759.999', newYearMs + 5000, 0), newYearMs - 3600);
  assert.equal(feedTimeMs('0.001', newYearMs - 5000, 0), newYearMs + 3600);
  assert.equal(feedTimeMs('8783.5', Date.UTC(2029, 0, 1), 0), Date.UTC(2029, 0, 1) - hourMs / 2, 'of a leap year');
});

test('how the feed counts is seen by its clock, even when it is late by hours', () => {
  fc.assert(
    fc.property(instant, firstDay, fc.integer({ min: -60_000, max: 11 * hourMs }), (timeMs, firstDay, lagMs) => {
      assert.equal(firstDayOf(timeStamp(timeMs, firstDay), timeMs + lagMs), firstDay);
    }),
  );
  assert.equal(firstDayOf(timeStamp(Date.UTC(2026, 5, 1), 0), Date.UTC(2026, 6, 1)), null);
});

test('what is no number is no time', () => {
  for (const text of ['', ' ', 'noon', null])
    assert.ok(Number.isNaN(feedTimeMs(text, Date.UTC(2026, 5, 1), 0)), String(text));
});
