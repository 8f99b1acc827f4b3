import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJsonTelemetry } from '../../../pipelines/telemetry/json-codec.ts';
import type { JsonContext, JsonMapping } from '../../../pipelines/telemetry/json-mapping.ts';

const plain: JsonMapping = { channel: 'channel', time: 'time', value: 'value', timeUnit: 'ms', channels: {} };

function outcome(item: unknown, mapping: Partial<JsonMapping> | null, context: Partial<JsonContext> = {}): string[] {
  const bytes = new TextEncoder().encode(JSON.stringify(item));
  const whole = mapping && { ...plain, ...mapping };
  const { samples, rejected } = decodeJsonTelemetry(bytes, 'kafka', {
    channelId: null,
    defaultTimeMs: null,
    ...context,
    mapping: whole,
  });
  const good = Array.from(
    samples.channel,
    (channel, i) => `${samples.channelIds[channel]}@${samples.eventTimeMs[i]}=${samples.value[i]}`,
  );
  return [...good, ...rejected.map(({ reason, detail }) => `${reason}: ${detail}`)];
}

test('channel, time and value are found where the mapping says, within sections too', () => {
  const item = { sensor: { id: 'V' }, 'at.time': 12.5, reading: { volts: 3 }, value: 'other' };
  const mapping = { channel: 'sensor.id', time: 'at.time', value: 'reading.volts', timeUnit: 's' } as const;
  assert.deepEqual(outcome(item, mapping), ['V@12500=3']);
  assert.deepEqual(outcome({ ...item, 'at.time': '2026-11-21T10:00:00Z' }, mapping), [
    `V@${Date.UTC(2026, 10, 21, 10)}=3`,
  ]);
  assert.deepEqual(outcome({ ...item, sensor: 1 }, mapping), [
    'missing-field: channel is missing, must be a text of 1 to 200 characters',
  ]);
  assert.deepEqual(outcome({ ...item, reading: 'toString' }, { ...mapping, value: 'reading.toString' }), [
    'missing-field: value is missing, must be a finite number',
  ]);
});

test('one object can hold many channels; those that are not in it say nothing', () => {
  const channels = { 'cabin.temp': 'T', 'cabin.pressure': 'P', mode: 'M' };
  assert.deepEqual(outcome({ time: 1, cabin: { temp: 21, pressure: '?' } }, { channels }), [
    'T@1=21',
    'not-a-number: value is "?", must be a finite number',
  ]);
  assert.match(outcome({ time: 1, other: 2 }, { channels }).join(), /^missing-field: every field of a channel/);
  assert.match(outcome({ mode: 2 }, { channels }).join(), /^missing-field: time is missing/);
});

test('a message can bring the channel and the time that its document lacks', () => {
  const context = { channelId: 'V', defaultTimeMs: 7 };
  assert.deepEqual(outcome({ value: 1 }, null, context), ['V@7=1']);
  assert.deepEqual(outcome({ channel: 'other', time: 3, value: 1 }, null, context), ['V@3=1']);
  assert.deepEqual(outcome({ times: [1, 2], values: [3, 4] }, null, context), ['V@1=3', 'V@2=4']);
  assert.deepEqual(outcome({ value: 1 }, {}, context), ['V@7=1']);
});
