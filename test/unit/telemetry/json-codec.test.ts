import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJsonTelemetry } from '../../../pipelines/telemetry/json-codec.ts';

const timeMs = Date.UTC(2026, 10, 21, 10);

function decode(text: string | Uint8Array): ReturnType<typeof decodeJsonTelemetry> {
  return decodeJsonTelemetry(typeof text === 'string' ? new TextEncoder().encode(text) : text, 'http');
}

/** The good samples as `channel@time=value` and the refusals as they read. */
function outcome(text: string | Uint8Array): { good: string[]; bad: string[] } {
  const { samples, rejected } = decode(text);
  return {
    good: Array.from(
      samples.channel,
      (channel, i) => `${samples.channelIds[channel]}@${samples.eventTimeMs[i]! - timeMs}=${samples.value[i]}`,
    ),
    bad: rejected.map(({ reason, position, detail }) => `${reason} at ${position}: ${detail}`),
  };
}

const good = '{ "channel": "V", "time": "2026-11-21T10:00:00Z", "value": 12.5 }';

test('an object, an array, JSON lines and objects one after another all hold samples', () => {
  for (const text of [good, `[${good}]`, `\ufeff${good}\n`, `[\n  ${good},\n]\r\n`, `[[${good}]]`])
    assert.deepEqual(outcome(text), { good: ['V@0=12.5'], bad: [] }, text);
  for (const text of [
    `[${good},${good}]`,
    `${good}\n${good}`,
    `${good}${good}`,
    JSON.stringify([JSON.parse(good), JSON.parse(good)], null, 2),
  ])
    assert.deepEqual(outcome(text), { good: ['V@0=12.5', 'V@0=12.5'], bad: [] }, text);
  assert.deepEqual(outcome(''), { good: [], bad: [] });
});

test('a columnar item holds many samples of one channel', () => {
  const text = `{ "channel": "V", "times": [${timeMs}, "2026-11-21T12:00:00.250+02:00"], "values": [1, -0] }`;
  const { samples } = decode(text);
  assert.deepEqual(outcome(text).good, ['V@0=1', 'V@250=0']);
  assert.ok(Object.is(samples.value[1], -0));
});

test('a channel may be called NaN', () => {
  const text = good.replace('"V"', '"a NaN \\"NaN\\""').replace('12.5', 'NaN');
  assert.match(outcome(`${text}\n${text.replace('NaN }', '3 }')}`).good[0]!, /^a NaN "NaN"@0=3$/);
});

test('a field that the format does not know is passed over', () => {
  assert.deepEqual(outcome(good.replace('{', '{ "quality": { "level": 3 }, ')), { good: ['V@0=12.5'], bad: [] });
});

test('a refusal names reason, place, field, value and bound', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      '{ "time": 1, "value": 2 }',
      /^missing-field at byte 0: channel is missing, must be a text of 1 to 200 characters$/,
    ],
    ['{ "channel": "V", "value": 2 }', /^missing-field .* time is missing, must be ms since the epoch, or ISO 8601/],
    ['{ "channel": "V", "time": 1 }', /^missing-field .* value is missing, must be a finite number$/],
    ['{ "channel": "V", "time": 1, "value": "2" }', /^not-a-number .* value is "2", must be a finite number$/],
    ['{ "channel": "V", "time": 1, "value": true }', /^not-a-number .* value is true, /],
    ['{ "channel": "V", "time": 1, "value": null }', /^not-a-number .* value is null, /],
    ['{ "channel": "V", "time": 1, "value": [2] }', /^not-a-number .* value is a list of 1, /],
    ['{ "channel": "V", "time": 1, "value": 1e999 }', /^not-a-number .* value is Infinity, /],
    ['{ "channel": "V", "time": 1, "value": NaN }', /^not-a-number .* value is "NaN", /],
    ['{ "channel": "V", "time": 1e999, "value": 2 }', /^not-a-number .* time is Infinity, /],
    ['{ "channel": "V", "time": "noon", "value": 2 }', /^undecodable .* time is "noon", must be ms since the epoch/],
    ['{ "channel": "V", "time": "2026-11-21T10:00:00", "value": 2 }', /^undecodable .* time is "2026-11-21T10:00:00"/],
    [
      '{ "channel": "V", "time": "2026-02-30T10:00:00Z", "value": 2 }',
      /^undecodable .* time is "2026-02-30T10:00:00Z"/,
    ],
    [
      '{ "channel": "", "time": 1, "value": 2 }',
      /^undecodable .* channel is "", must be a text of 1 to 200 characters$/,
    ],
    ['{ "channel": 7, "time": 1, "value": 2 }', /^undecodable .* channel is 7, /],
    ['{ "channel": "V", "times": [1, 2] }', /^missing-field .* values is missing, must be a list of numbers$/],
    [
      '{ "channel": "V", "times": [1, 2], "values": [1] }',
      /^undecodable .* values is a list of 1, must be a list of 2$/,
    ],
    ['{ "channel": "V", "times": 1, "values": [1] }', /^undecodable .* times is 1, must be a list of times$/],
    ['12', /^undecodable at byte 0: item is 12, must be an object$/],
    ['"a, b"', /^undecodable at byte 0: item is "a, b", must be an object$/],
    ['V,1,2', /^undecodable at byte 0: item is not JSON: /],
    ['{ "channel": "V", ', /^undecodable at byte 0: item is not JSON: /],
  ];
  for (const [text, words] of cases) {
    const { good: samples, bad } = outcome(text);
    assert.deepEqual(samples, [], text);
    assert.match(bad[0]!, words);
  }
});

test('the bytes of a refused item are its own, and its place is where they stood', () => {
  const bad = '{ "channel": "V",   "time": 1, "value": "é" }';
  const { rejected } = decode(`[${good},\n ${bad}, ${good}]`);
  assert.equal(new TextDecoder().decode(rejected[0]!.bytes), bad);
  assert.equal(rejected[0]!.position, `byte ${good.length + 4}`);
});

test('a dead letter keeps its bytes when the document is gone', () => {
  const document = new TextEncoder().encode('nonsense');
  const { rejected } = decode(document);
  document.fill(0);
  assert.equal(new TextDecoder().decode(rejected[0]!.bytes), 'nonsense');
});

test('one bad sample of a columnar item costs no other', () => {
  const text = `{ "channel": "V", "times": [${timeMs}, ${timeMs}, "x"], "values": [1, NaN, 3] }`;
  assert.deepEqual(outcome(text).good, ['V@0=1']);
  const { rejected } = decode(text);
  assert.deepEqual(
    rejected.map(({ position }) => position),
    ['byte 0, index 1', 'byte 0, index 2'],
  );
  assert.equal(new TextDecoder().decode(rejected[0]!.bytes), `{"channel":"V","time":${timeMs},"value":"NaN"}`);
});

test('a document that is cut short, or broken in the middle, keeps the samples around the break', () => {
  assert.deepEqual(outcome(`[${good}, ${good}, ${good.slice(0, 30)}`).good.length, 2);
  assert.deepEqual(outcome(`${good}\n${good.slice(0, 30)}\n${good}`).good.length, 2);
  assert.deepEqual(outcome(`${good}\n${good.slice(0, 5)}\n${good}`).good.length, 2, 'within a text');
  assert.deepEqual(outcome(`{"channel":"V\\\n${good}`).good.length, 1, 'within an escape');
  assert.deepEqual(outcome(`${good}}\n${good}`).bad.length, 1);
  assert.deepEqual(outcome(`12${good}`).good.length, 1);
});

test('bytes that are not UTF-8 cost their own item only', () => {
  const broken = Buffer.concat([Buffer.from(`${good}\n{"channel":"`), Buffer.of(0xff), Buffer.from(`"}\n${good}`)]);
  assert.deepEqual(outcome(broken).good.length, 2);
  assert.match(outcome(broken).bad[0]!, /^undecodable at byte \d+: item is not UTF-8$/);
});

test('nesting deeper than any stack is refused like anything else', () => {
  const depth = 200_000;
  for (const text of [
    '{'.repeat(depth),
    '{"a":'.repeat(depth),
    `{"channel":"V","times":[1],"values":[${'['.repeat(depth)}${']'.repeat(depth)}]}`,
    `{"channel":"V","value":${'\\'.repeat(depth)}`,
  ])
    assert.equal(outcome(text).bad.length, 1, text.slice(0, 20));
});
