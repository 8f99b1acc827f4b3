import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeLineProtocol,
  defaultLineProtocolMapping,
  type LineProtocolMapping,
  type LineProtocolOptions,
} from '../../../pipelines/telemetry/line-protocol-codec.ts';

const timeMs = Date.UTC(2026, 10, 21, 10);

function decode(text: string | Uint8Array, changes: Partial<LineProtocolOptions> = {}) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const options = { mapping: defaultLineProtocolMapping, precision: 'ms', defaultTimeMs: null, ...changes } as const;
  return decodeLineProtocol(bytes, 'http', options);
}

/** The good samples as `channel@time=value`, the time as ms after 21 November 2026, 10:00 UTC, and the refusals as they read. */
function outcome(text: string | Uint8Array, changes: Partial<LineProtocolOptions> = {}) {
  const { samples, rejected } = decode(text, changes);
  return {
    good: Array.from(
      samples.channel,
      (channel, i) => `${samples.channelIds[channel]}@${samples.eventTimeMs[i]! - timeMs}=${samples.value[i]}`,
    ),
    bad: rejected.map(({ reason, position, detail }) => `${reason} at ${position}: ${detail}`),
  };
}

function goodWith(mapping: Partial<LineProtocolMapping>, text: string): string[] {
  const { good, bad } = outcome(text, { mapping: { ...defaultLineProtocolMapping, ...mapping } });
  assert.deepEqual(bad, []);
  return good;
}

test('a channel is what the tag says, or the measurement and the field', () => {
  assert.deepEqual(outcome(`telemetry,channel=V,host=a value=1.5 ${timeMs}`).good, ['V@0=1.5']);
  assert.deepEqual(outcome(`telemetry,channel=V value=1,spread=2i ${timeMs}`).good, ['V@0=1', 'V.spread@0=2']);
  assert.deepEqual(outcome(`cpu,host=a user=1,idle=2u ${timeMs}`).good, ['cpu.user@0=1', 'cpu.idle@0=2']);
  assert.deepEqual(outcome(`telemetry channel="V",value=t ${timeMs}`).good, ['V@0=1']);
});

test('the mapping says what is channel, value and time', () => {
  assert.deepEqual(goodWith({ channelTag: 'id', valueField: 'v' }, `m,id=V v=1,value=2 ${timeMs}`), [
    'V@0=1',
    'V.value@0=2',
  ]);
  const channel = '{tag.module}/{tag.sensor}:{field}';
  assert.deepEqual(goodWith({ channel }, `m,sensor=s,module=lab temp=3 ${timeMs}`), ['lab/s:temp@0=3']);
  assert.deepEqual(goodWith({ timeField: 'at' }, `m a=1,at=${timeMs + 7}i 12`), ['m.a@7=1']);
  assert.deepEqual(goodWith({ timeField: 'at' }, 'm at="2026-11-21T10:00:02Z",a=1'), ['m.a@2000=1']);
});

test('timestamps are in the unit that was said, exact where they are nanoseconds', () => {
  for (const [precision, timestamp] of [
    ['ns', `${timeMs}250000`],
    ['us', `${timeMs}250`],
  ] as const)
    assert.deepEqual(outcome(`m f=1 ${timestamp}`, { precision }).good, ['m.f@0.25=1']);
  assert.deepEqual(outcome(`m f=1 ${timeMs / 1000}`, { precision: 's' }).good, ['m.f@0=1']);
  assert.equal(decode('m f=1 -1500000', { precision: 'ns' }).samples.eventTimeMs[0], -1.5);
});

test('a line without a timestamp is of the time given, or refused', () => {
  assert.deepEqual(outcome('m f=1', { defaultTimeMs: timeMs + 5 }).good, ['m.f@5=1']);
  assert.deepEqual(outcome('m f=1').bad, ['missing-field at line 1: timestamp is missing, must be a time in ms']);
});

test('commas, equals signs and spaces are escaped in names, quotes and backslashes in texts', () => {
  assert.deepEqual(outcome(`m\\ m,host=a\\,b,a\\=b=c f\\ g=1 ${timeMs}`).good, ['m m.f g@0=1']);
  assert.deepEqual(outcome(`m,channel=back\\slash\\\\ and value=1 ${timeMs}`).good, ['back\\slash\\ and@0=1']);
  assert.deepEqual(outcome(`m channel="say \\"a\\\\b\\"",value=1 ${timeMs}`).good, ['say "a\\b"@0=1']);
  assert.deepEqual(outcome(`m,channel=Außentemperatur value=1 ${timeMs}`).good, ['Außentemperatur@0=1']);
});

test('numbers, whole numbers and truth values are values; all else is refused with its line, field and reason', () => {
  const fields = 'a=1e3,b=-2i,c=3u,d=TRUE,e=f,g=-.5,h=7.';
  assert.deepEqual(
    outcome(`m ${fields} ${timeMs}`).good.map((sample) => Number(sample.split('=')[1])),
    [1000, -2, 3, 1, 0, -0.5, 7],
  );
  assert.deepEqual(outcome(`# a comment\n\nm a=1 ${timeMs}\nm s="on",n=NaN,x=yes,b=2 ${timeMs}`), {
    good: ['m.a@0=1', 'm.b@0=2'],
    bad: [
      'not-a-number at line 4, field s: field s is "on", must be a finite number, true or false',
      'not-a-number at line 4, field n: field n is NaN, must be a finite number, true or false',
      'undecodable at line 4, field x: field x is yes, must be a finite number, true or false',
    ],
  });
});

test('a refusal says what is wrong with the line', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['cpu', 'fields are missing, must follow a space'],
    ['cpu,host f=1 1', 'tag host has no value, must be followed by ='],
    ['cpu,host= f=1 1', 'value of tag host is missing'],
    [',host=a f=1 1', 'measurement is missing'],
    ['cpu 1', 'field 1 has no value, must be followed by ='],
    ['cpu f= 1', 'field f has no value, must be followed by one'],
    ['cpu f="a 1', 'text of field f has no closing quote'],
    ['cpu f="a"b 1', 'a field\'s value is followed by "b 1", must be a comma'],
    ['cpu f=1 noon', 'timestamp is "noon", must be a whole number'],
  ];
  for (const [line, detail] of cases)
    assert.deepEqual(outcome(`${line}\nm f=1 ${timeMs}`), {
      good: ['m.f@0=1'],
      bad: [`undecodable at line 1: ${detail}`],
    });
});

test('bytes that are not UTF-8 cost their own line', () => {
  const bytes = Buffer.concat([
    Buffer.from(`m,channel=a`),
    Buffer.from([0xff]),
    Buffer.from(` value=1 1\nm f=1 ${timeMs}`),
  ]);
  assert.deepEqual(outcome(bytes), { good: ['m.f@0=1'], bad: ['undecodable at line 1: line is not UTF-8'] });
});
