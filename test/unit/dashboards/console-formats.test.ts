import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, shortDuration } from '../../../dashboards/console/format/duration.ts';
import {
  channelValue,
  number,
  percent,
  quantities,
  quantity,
  score,
} from '../../../dashboards/console/format/quantity.ts';
import { calendarDate, stationTime, timeNear } from '../../../dashboards/console/format/station-time.ts';
import { excessSymbol, streamSymbol } from '../../../dashboards/console/format/status.ts';
import { tickLabel, timeTicks } from '../../../dashboards/console/charts/time-ticks.ts';
import { channelSchema } from '../../../pipelines/telemetry/channel.ts';

const at = Date.UTC(2026, 10, 21, 10, 15, 30);
const minute = 60_000;

test('times are UTC by day of the year, beside the calendar', () => {
  assert.equal(stationTime(at), '2026-325T10:15:30Z');
  assert.equal(stationTime(Date.UTC(2024, 11, 31, 23, 59, 59)), '2024-366T23:59:59Z');
  assert.equal(stationTime(Date.UTC(2025, 0, 1)), '2025-001T00:00:00Z');
  assert.equal(calendarDate(at), 'Sat 21 Nov 2026');
  assert.equal(timeNear(at, at + minute), '10:15:30Z');
  assert.equal(timeNear(at - 86_400_000, at), '2026-324T10:15Z');
});

test('lengths of time stand in at most two units, each named', () => {
  assert.equal(duration(40_999), '40 s');
  assert.equal(duration(380_000), '6 min 20 s');
  assert.equal(duration(6 * minute), '6 min');
  assert.equal(duration(125 * minute), '2 h 05 min');
  assert.equal(duration(76 * 60 * minute), '3 d 04 h');
  assert.equal(duration(-5), '0 s');
  assert.equal(shortDuration(125 * minute), '2 h');
});

test('numbers keep their decimals by magnitude, with a true minus', () => {
  assert.deepEqual([31.2, 0.6123, -4.25, 742.31, 6601.4, 0].map(number), [
    '31.20',
    '0.612',
    '−4.25',
    '742.3',
    '6601',
    '0.000',
  ]);
  assert.deepEqual([0.00002, 3.2e9, NaN].map(number), ['2.00e−5', '3.20e+9', '–']);
  assert.equal(quantity(31.2, 'V'), '31.20\u202fV');
  assert.equal(quantity(31.2, ''), '31.20');
  assert.deepEqual(
    ['degC', 'deg', 'deg/s', 'degrees', 'N*m*s'].map((unit) => quantity(1, unit)),
    ['1.00\u202f°C', '1.00\u202f°', '1.00\u202f°/s', '1.00\u202fdegrees', '1.00\u202fN·m·s'],
  );
  assert.equal(number(-0), '0.000');
  assert.deepEqual(quantities(31.2, 30.2, 'V'), ['31.20\u202fV', '30.20\u202fV']);
  assert.deepEqual(quantities(0.99912, 0.99941, ''), ['0.99912', '0.99941']);
  assert.deepEqual(quantities(1, 1, ''), ['1.00', '1.00']);
  assert.deepEqual([0.5, 0.999, 1].map(percent), ['50\u202f%', '99.9\u202f%', '100\u202f%']);
  assert.deepEqual([1.234, 123.45, 4321].map(score), ['1.23', '123.5', '4321']);
});

test('a state is told by its label', () => {
  const states = [
    { value: 0, label: 'STANDBY' },
    { value: 1, label: 'PROCESS' },
  ];
  const channel = channelSchema.parse({ id: 'm', name: 'Mode', kind: 'enumeration', states });
  assert.equal(channelValue(channel, 1), 'PROCESS');
  assert.equal(channelValue(channel, 7), '7.00');
});

test('silence is never shown as normal, and red never as off', () => {
  const calm = { openAnomaly: null };
  assert.equal(streamSymbol({ state: 'gap', ...calm }), 'off');
  assert.equal(streamSymbol({ state: 'stale', ...calm }), 'off');
  assert.equal(streamSymbol({ state: 'unmodelled', ...calm }), 'off');
  assert.equal(streamSymbol({ state: 'warming-up', ...calm }), 'standby');
  assert.equal(streamSymbol({ state: 'normal', ...calm }), 'normal');
  const ratios = [1.2, 2, 4.9, 5, 80];
  const shown = ratios.map((peakRatio) =>
    streamSymbol({ state: 'anomalous', openAnomaly: { id: 'x', startMs: 0, peakRatio } }),
  );
  assert.deepEqual(shown, ['caution', 'serious', 'serious', 'critical', 'critical']);
  assert.equal(excessSymbol(1), 'normal');
});

test('ticks are round times, far enough apart for their labels', () => {
  const range = { fromMs: at - 180 * minute, toMs: at };
  const ticks = timeTicks(range, 760);
  assert.ok(ticks.every((tick) => tick % (30 * minute) === 0 && tick >= range.fromMs && tick <= range.toMs));
  assert.ok(ticks.length >= 5 && ticks.length <= 8);
  assert.equal(tickLabel(ticks[0]!, ticks), '07:30');
  assert.equal(tickLabel(Date.UTC(2026, 10, 21), ticks), '2026-325');
});
