import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  decodeLineProtocol,
  defaultLineProtocolMapping,
  encodeLineProtocol,
  type DecodedLines,
  type LineProtocolOptions,
} from '../../pipelines/telemetry/line-protocol-codec.ts';
import { readLineProtocol } from '../../pipelines/telemetry/line-protocol-reader.ts';
import { linePrecisions } from '../../pipelines/telemetry/line-protocol-time.ts';
import type { SourceSamples } from '../../pipelines/telemetry/source-samples.ts';

type Row = readonly [channelId: string, timeMs: number, value: number];

const options: LineProtocolOptions = { mapping: defaultLineProtocolMapping, precision: 'ms', defaultTimeMs: null };
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0));
const awkward = fc.string({
  minLength: 1,
  maxLength: 8,
  unit: fc.constantFrom('\\', ',', '=', ' ', '"', '\n', '\r', 'a'),
});
const channelId = fc.oneof(fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }), awkward);
const wholeMs = fc.integer({ min: -1_000_000_000_000, max: 2_000_000_000_000 });
/** Times that each precision holds exactly; Float64 tells quarters of a ms and more apart until long after 2026. */
const timesOf = {
  ns: fc.oneof(
    wholeMs,
    fc.integer({ min: 0, max: 4 * 1_800_000_000_000 }).map((quarters) => quarters / 4),
  ),
  us: fc.oneof(
    wholeMs,
    fc.integer({ min: 0, max: 4 * 1_800_000_000_000 }).map((quarters) => quarters / 4),
  ),
  ms: fc.oneof(wholeMs, fc.maxSafeInteger()),
  s: wholeMs.map((timeMs) => Math.trunc(timeMs / 1000) * 1000),
} as const;

const batch = fc.constantFrom(...linePrecisions).chain((precision) =>
  fc.record({
    precision: fc.constant(precision),
    rows: fc.array(
      fc.tuple(
        channelId,
        timesOf[precision].map((timeMs) => timeMs + 0),
        number,
      ),
    ),
  }),
);

function samplesOf(rows: readonly Row[]): SourceSamples {
  const channelIds = [...new Set(rows.map(([id]) => id))];
  return {
    channelIds,
    channel: Uint16Array.from(rows, ([id]) => channelIds.indexOf(id)),
    eventTimeMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    value: Float64Array.from(rows, ([, , value]) => value),
  };
}

function rowsOf({ channelIds, channel, eventTimeMs, value }: SourceSamples): Row[] {
  return Array.from(channel, (index, i) => [channelIds[index]!, eventTimeMs[i]!, value[i]!] as const);
}

function decode(text: string, changes: Partial<LineProtocolOptions> = {}): DecodedLines {
  return decodeLineProtocol(new TextEncoder().encode(text), 'http', { ...options, ...changes });
}

test('samples come back in order and bit for bit, whatever the channels are called', () => {
  fc.assert(
    fc.property(batch, ({ precision, rows }) => {
      const bytes = encodeLineProtocol(samplesOf(rows), precision);
      const { samples, rejected } = decodeLineProtocol(bytes, 'file', { ...options, precision });
      assert.deepStrictEqual(rowsOf(samples), rows);
      assert.deepEqual(rejected, []);
    }),
    { numRuns: 500 },
  );
});

test('samples that are not finite come back as dead letters, the others as samples', () => {
  const anyRow = fc.tuple(channelId, wholeMs, fc.oneof(number, fc.constantFrom(Number.NaN, Infinity, -Infinity)));
  fc.assert(
    fc.property(fc.array(anyRow), (rows) => {
      const { samples, rejected } = decodeLineProtocol(encodeLineProtocol(samplesOf(rows), 'ms'), 'file', options);
      const finite = rows.filter(([, , value]) => Number.isFinite(value));
      assert.deepStrictEqual(rowsOf(samples), finite);
      assert.equal(rejected.length, rows.length - finite.length);
    }),
  );
});

test('a time that the precision cannot hold is not written', () => {
  const time = fc.oneof(number, fc.constantFrom(Number.NaN, Infinity));
  fc.assert(
    fc.property(fc.constantFrom(...linePrecisions), time, (precision, timeMs) => {
      try {
        const { samples } = decodeLineProtocol(encodeLineProtocol(samplesOf([['V', timeMs, 1]]), precision), 'file', {
          ...options,
          precision,
        });
        assert.deepStrictEqual(rowsOf(samples), [['V', timeMs + 0, 1]]);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'CUPOLA_RECORD_UNENCODABLE', String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

/** Lines that hold no sample, none of which swallows what stands beside it. */
const badLine = fc.oneof(
  fc.constantFrom(
    'telemetry',
    'telemetry ',
    ',channel=V value=1 1',
    'telemetry,channel value=1 1',
    'telemetry,channel= value=1 1',
    'telemetry,channel=V 1',
    'telemetry,channel=V value= 1',
    'telemetry,channel=V value=1 noon',
    'telemetry,channel=V value=1 1 1',
    'telemetry,channel=V value=1,',
    'telemetry,channel=V value="never closed 1',
    'telemetry,channel=V value="closed"badly 1',
    'telemetry,channel=V value=1',
    'telemetry,channel=V value=1 99999999999999999999',
    'telemetry,channel=V=W value=1 1',
    '{"channel":"V","time":1,"value":1}',
  ),
  fc
    .constantFrom('NaN', '-inf', 'nonsense', '1ii', '0x1', '"text"', '1e999', '1.5i')
    .map((value) => `telemetry,channel=V value=${value} 1`),
);

test('of a mixture exactly the good samples survive, and every bad line is a dead letter with its number and bytes', () => {
  const goodLine = fc
    .tuple(fc.constantFrom('V', 'a b', 'x,y', 'back\\slash'), wholeMs, number)
    .map((sample): { sample: Row | null; text: string } => ({
      sample,
      text: new TextDecoder().decode(encodeLineProtocol(samplesOf([sample]), 'ms')).trimEnd(),
    }));
  const line = fc.oneof(
    goodLine,
    badLine.map((text) => ({ sample: null, text })),
  );
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\n\n', '\n# comment\n'), (lines, between) => {
      const { samples, rejected } = decode(lines.map(({ text }) => text).join(between));
      assert.deepStrictEqual(
        rowsOf(samples),
        lines.flatMap(({ sample }) => (sample ? [sample] : [])),
      );
      const step = between.match(/\n/g)!.length;
      assert.deepEqual(
        rejected.map(({ position, bytes }) => [/^line \d+/.exec(position)![0], new TextDecoder().decode(bytes)]),
        lines.flatMap(({ sample, text }, i) => (sample ? [] : [[`line ${1 + i * step}`, text]])),
      );
    }),
    { numRuns: 500 },
  );
});

test('a bad field costs only itself', () => {
  const field = fc.oneof(
    number.map((value) => ({ value: value as number | null, text: Object.is(value, -0) ? '-0' : String(value) })),
    fc.constantFrom('NaN', '"a,b= c"', 'nonsense').map((text) => ({ value: null, text })),
  );
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
      const { samples, rejected } = decode(`m,host=h ${fields.map(({ text }, i) => `f${i}=${text}`).join()} 7`);
      assert.deepStrictEqual(
        rowsOf(samples),
        fields.flatMap(({ value }, i) => (value === null ? [] : [[`m.f${i}`, 7, value] as const])),
      );
      assert.deepEqual(
        rejected.map(({ position }) => position),
        fields.flatMap(({ value }, i) => (value === null ? [`line 1, field f${i}`] : [])),
      );
    }),
  );
});

test('whatever the bytes, nothing is thrown, and every dead letter holds bytes of the document', () => {
  const pieces = fc.constantFrom('m', ',', '=', ' ', '"', '\\', '\n', '\r', '1', 'i', '#', 'm,t=v f=1 1\n', 'f="', 'é');
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(pieces, { maxLength: 60 }).map((list) => new TextEncoder().encode(list.join(''))),
  );
  fc.assert(
    fc.property(bytes, (document) => {
      let end = 0;
      let lineNumber = 0;
      for (const item of readLineProtocol(document)) {
        assert.ok(item.start >= end && item.end > item.start && item.end <= document.length);
        assert.ok(item.lineNumber > lineNumber);
        assert.equal(document.subarray(0, item.start).filter((byte) => byte === 0x0a).length, item.lineNumber - 1);
        ({ end, lineNumber } = item);
      }
      for (const { bytes: own } of decodeLineProtocol(document, 'http', options).rejected)
        assert.ok(Buffer.from(document).includes(Buffer.from(own)));
    }),
    { numRuns: 2000 },
  );
});
