import { ByteReader } from '../telemetry/byte-reader.ts';
import { ByteWriter, utf8 } from '../telemetry/byte-writer.ts';
import { unencodable } from '../telemetry/unencodable.ts';
import { eventForms, type EventForm, type RunIdentity } from './score-event-forms.ts';
import type { ScoreEvent } from './score-event.ts';

/** First byte of every binary run of score events. */
const magic = 0xc6;
const schemaVersion = 1;

/** Bytes that a typical event takes (12 channels, 8 rows, its newest stride's reconstruction): the first guess. */
const typicalEventBytes = 512;

const formsByCode = new Map<number, EventForm<ScoreEvent>>(Object.values(eventForms).map((form) => [form.code, form]));

/**
 * The binary form of score events of one stream, in order; docs/telemetry.md has its layout. Exact: decoding gives back
 * every bit.
 *
 * Consecutive events that differ in numbers only are stored as a run, in columns.
 *
 * Errors: CUPOLA_RECORD_UNENCODABLE where the events are not of one stream.
 */
export function encodeScoreEvents(events: readonly ScoreEvent[]): Uint8Array<ArrayBuffer> {
  const stream = events[0]?.stream ?? '';
  const writer = new ByteWriter(64 + typicalEventBytes * events.length);
  writer.uint8(magic);
  writer.uint8(schemaVersion);
  writer.text(utf8('stream', stream));
  for (let start = 0; start < events.length;) {
    const first = events[start]!;
    if (first.stream !== stream) unencodable(`stream of event ${start}`, first.stream, `that of event 0, ${stream}`);
    let end = start + 1;
    while (end < events.length && isSameRun(first, events[end]!)) end++;
    writeRun(writer, events.slice(start, end));
    start = end;
  }
  return writer.finish();
}

/**
 * Reads what encodeScoreEvents wrote. The Float32Arrays of one run share memory, where aligned with `bytes`, which must
 * not change afterwards: copy what you transfer or post to a worker.
 *
 * Errors: CUPOLA_TELEMETRY_UNDECODABLE, whatever the bytes; never another one.
 */
export function decodeScoreEvents(bytes: Uint8Array): ScoreEvent[] {
  const reader = new ByteReader(bytes);
  reader.expect('magic', magic);
  reader.expect('schemaVersion', schemaVersion);
  const stream = reader.text('stream');
  const events: ScoreEvent[] = [];
  while (!reader.atEnd) readRun(reader, stream, events);
  return events;
}

function formOf(event: ScoreEvent): EventForm<ScoreEvent> {
  return eventForms[event.type];
}

function isSameRun(a: ScoreEvent, b: ScoreEvent): boolean {
  if (a.type !== b.type || a.definitionVersion !== b.definitionVersion || a.stream !== b.stream) return false;
  const form = formOf(a);
  if (form.subject(a) !== form.subject(b) || form.flag(a) !== form.flag(b)) return false;
  const columns = form.columnsOf(b);
  return form.columnsOf(a).every((column, i) => column.length === columns[i]!.length);
}

function writeRun(writer: ByteWriter, events: readonly ScoreEvent[]): void {
  const first = events[0]!;
  const form = formOf(first);
  writer.uint8(form.code);
  writer.uint8(form.flag(first) ? 1 : 0);
  writer.text(utf8('subject', form.subject(first)));
  writer.uint32(first.definitionVersion);
  writer.uint32(events.length);
  const widths = form.columnsOf(first).map((column) => column.length);
  for (const width of widths) writer.uint32(width);
  const numbers = writer.column(Float64Array, events.length * form.numbers);
  events.forEach((event, i) => numbers.set(form.numbersOf(event), i * form.numbers));
  widths.forEach((width, c) => {
    const column = writer.column(Float32Array, events.length * width);
    events.forEach((event, i) => column.set(form.columnsOf(event)[c]!, i * width));
  });
}

function readRun(reader: ByteReader, stream: string, events: ScoreEvent[]): void {
  const start = reader.position;
  const code = reader.uint8('type');
  const form = formsByCode.get(code) ?? reader.fail(start, 'type', code, `at most ${formsByCode.size}`);
  const flag = reader.uint8('flag');
  if (flag > (form === eventForms.score ? 1 : 0))
    reader.fail(start + 1, 'flag', flag, '0, or 1 for a backfilled score');
  const subject = reader.text('subject');
  const definitionVersion = reader.uint32('definitionVersion');
  const count = reader.uint32('count');
  const widths = Array.from({ length: form.columns }, (_, c) => reader.uint32(`width ${c}`));
  const numbers = reader.column('numbers', Float64Array, count * form.numbers);
  const columns = widths.map((width, c) => reader.column(`column ${c}`, Float32Array, count * width));
  const run: RunIdentity = { stream, definitionVersion, subject, flag: flag === 1 };
  for (let i = 0; i < count; i++) {
    events.push(
      form.event(
        run,
        numbers.subarray(i * form.numbers, (i + 1) * form.numbers),
        columns.map((column, c) => column.subarray(i * widths[c]!, (i + 1) * widths[c]!)),
      ),
    );
  }
}
