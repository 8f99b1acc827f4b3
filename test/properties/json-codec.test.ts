import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeJsonTelemetry, encodeJsonTelemetry } from '../../pipelines/telemetry/json-codec.ts';
import { jsonItems } from '../../pipelines/telemetry/json-items.ts';
import { sampleJson } from '../../pipelines/telemetry/sample-json.ts';
import type { SourceSamples } from '../../pipelines/telemetry/source-samples.ts';

type Row = readonly [channelId: string, timeMs: number, value: number];

const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0));
const channelId = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' });
const row: fc.Arbitrary<Row> = fc.tuple(channelId, number, number);

function rowsOf({ channelIds, channel, eventTimeMs, value }: SourceSamples): Row[] {
  return Array.from(channel, (index, i) => [channelIds[index]!, eventTimeMs[i]!, value[i]!] as const);
}

function samplesOf(rows: readonly Row[]): SourceSamples {
  const channelIds = [...new Set(rows.map(([id]) => id))];
  return {
    channelIds,
    channel: Uint16Array.from(rows, ([id]) => channelIds.indexOf(id)),
    eventTimeMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    value: Float64Array.from(rows, ([, , value]) => value),
  };
}

function write(value: number | string): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Items that hold no sample, none of which swallows what stands beside it. */
const badItem = fc.oneof(
  fc.constantFrom(
    '{}',
    '{"channel":"V"}',
    'null',
    '17',
    '"text"',
    'nonsense',
    '{"channel":"V","time":1,"value":}',
    '}',
  ),
  fc
    .tuple(channelId, number, fc.constantFrom('"1"', 'true', 'null', 'NaN', '-Infinity', '[1]', '{"a":{}}'))
    .map(([id, time, value]) => `{"channel":${JSON.stringify(id)},"time":${time},"value":${value}}`),
  fc.tuple(channelId, fc.string(), number).map(([id, time, value]) => sampleJson(id, `${time}!`, value)),
);

test('samples come back in order and bit for bit', () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const { samples, rejected } = decodeJsonTelemetry(encodeJsonTelemetry(samplesOf(rows)), 'file');
      assert.deepStrictEqual(rowsOf(samples), rows);
      assert.deepEqual(rejected, []);
    }),
  );
});

test('samples that are not finite come back as dead letters, the others as samples', () => {
  const anyRow = fc.tuple(channelId, number, fc.oneof(number, fc.constantFrom(Number.NaN, Infinity, -Infinity)));
  fc.assert(
    fc.property(fc.array(anyRow), (rows) => {
      const { samples, rejected } = decodeJsonTelemetry(encodeJsonTelemetry(samplesOf(rows)), 'file');
      const finite = rows.filter(([, , value]) => Number.isFinite(value));
      assert.deepStrictEqual(rowsOf(samples), finite);
      assert.equal(rejected.length, rows.length - finite.length);
    }),
  );
});

test('of a mixture exactly the good samples survive, and every bad item is a dead letter with its bytes', () => {
  const item = fc.oneof(
    row.map((sample) => ({ sample, text: sampleJson(...sample) })),
    badItem.map((text) => ({ sample: null, text })),
  );
  const separator = fc.constantFrom('\n', ',', ', ', ',\n  ', '\r\n');
  fc.assert(
    fc.property(fc.array(item), separator, fc.boolean(), (items, between, inArray) => {
      const text = items.map((one) => one.text).join(between);
      const bytes = new TextEncoder().encode(inArray ? `[${text}]` : text);
      const { samples, rejected } = decodeJsonTelemetry(bytes, 'http');
      assert.deepStrictEqual(
        rowsOf(samples),
        items.flatMap((one) => (one.sample ? [one.sample] : [])),
      );
      assert.deepEqual(
        rejected.map((letter) => new TextDecoder().decode(letter.bytes)),
        items.flatMap((one) => (one.sample ? [] : [one.text])),
      );
    }),
    { numRuns: 500 },
  );
});

test('columnar samples survive one by one', () => {
  const entry = fc.oneof(fc.tuple(number, number), fc.tuple(number, fc.constantFrom('"1"', 'true', 'NaN', '{}')));
  fc.assert(
    fc.property(channelId, fc.array(entry), (id, entries) => {
      const times = entries.map(([time]) => write(time)).join();
      const values = entries.map(([, value]) => write(value)).join();
      const text = `{"channel":${JSON.stringify(id)},"times":[${times}],"values":[${values}]}`;
      const { samples, rejected } = decodeJsonTelemetry(new TextEncoder().encode(text), 'http');
      const finite = entries.filter(([, value]) => typeof value === 'number');
      assert.deepStrictEqual(
        rowsOf(samples),
        finite.map(([time, value]) => [id, time, value]),
      );
      assert.equal(rejected.length, entries.length - finite.length);
    }),
  );
});

test('whatever the bytes, nothing is thrown and every dead letter holds bytes of the document', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', '\n', ',', ':', '1', ' ', '{"channel":"V"') }),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    text.map((one) => new TextEncoder().encode(one)),
  );
  fc.assert(
    fc.property(bytes, (document) => {
      let end = 0;
      for (const item of jsonItems(document)) {
        assert.ok(item.start >= end && item.end > item.start && item.end <= document.length);
        ({ end } = item);
      }
      const { rejected } = decodeJsonTelemetry(document, 'http');
      for (const letter of rejected) {
        const at = Number(/^byte (\d+)/.exec(letter.position)![1]);
        if (letter.position.includes('index')) continue;
        assert.deepEqual(letter.bytes, document.slice(at, at + letter.bytes.length));
      }
    }),
    { numRuns: 1000 },
  );
});
