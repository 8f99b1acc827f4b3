import { ByteReader } from '../telemetry/byte-reader.ts';
import { ByteWriter, utf8 } from '../telemetry/byte-writer.ts';
import { unencodable } from '../telemetry/unencodable.ts';
import { eventForms, scoresOfBefore, type EventForm, type RunIdentity } from './score-event-forms.ts';
import type { ScoreEvent } from './score-event.ts';

/** First byte of every binary run of score events. */
const magic = 0xc6;
const schemaVersion = 1;

/** What stands before the columns of a run, roughly. */
const runHeaderBytes = 64;

const readable: readonly EventForm<ScoreEvent>[] = [...Object.values(eventForms), ...scoresOfBefore];
const formsByCode = new Map(readable.map((form) => [form.code, form]));

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
  const stored = events.map(storedOf);
  const writer = new ByteWriter(stored.reduce((sum, { bytes }) => sum + bytes, 64));
  writer.uint8(magic);
  writer.uint8(schemaVersion);
  writer.text(utf8('stream', stream));
  for (let start = 0; start < stored.length;) {
    const first = stored[start]!;
    if (first.event.stream !== stream)
      unencodable(`stream of event ${start}`, first.event.stream, `that of event 0, ${stream}`);
    let end = start + 1;
    while (end < stored.length && isSameRun(first, stored[end]!)) end++;
    writeRun(writer, stored.slice(start, end));
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

/** An event on its way into a run. */
interface Stored {
  readonly event: ScoreEvent;
  readonly form: EventForm<ScoreEvent>;
  readonly columns: readonly Float32Array[];
  /** What it takes in a run of its own, roughly. */
  readonly bytes: number;
}

function storedOf(event: ScoreEvent): Stored {
  const form: EventForm<ScoreEvent> = eventForms[event.type];
  const columns = form.columnsOf(event);
  const bytes = columns.reduce((sum, { byteLength }) => sum + byteLength, runHeaderBytes + 8 * form.numbers);
  return { event, form, columns, bytes };
}

function isSameRun({ event: a, form, columns }: Stored, { event: b, columns: others }: Stored): boolean {
  if (a.type !== b.type || a.definitionVersion !== b.definitionVersion || a.stream !== b.stream) return false;
  if (form.subject(a) !== form.subject(b) || form.flag(a) !== form.flag(b)) return false;
  return columns.every((column, i) => column.length === others[i]!.length);
}

function writeRun(writer: ByteWriter, run: readonly Stored[]): void {
  const { event: first, form, columns } = run[0]!;
  writer.uint8(form.code);
  writer.uint8(form.flag(first) ? 1 : 0);
  writer.text(utf8('subject', form.subject(first)));
  writer.uint32(first.definitionVersion);
  writer.uint32(run.length);
  for (const { length } of columns) writer.uint32(length);
  const numbers = writer.column(Float64Array, run.length * form.numbers);
  run.forEach(({ event }, i) => numbers.set(form.numbersOf(event), i * form.numbers));
  columns.forEach(({ length }, c) => {
    const column = writer.column(Float32Array, run.length * length);
    run.forEach((one, i) => column.set(one.columns[c]!, i * length));
  });
}

function readRun(reader: ByteReader, stream: string, events: ScoreEvent[]): void {
  const start = reader.position;
  const code = reader.uint8('type');
  const form = formsByCode.get(code) ?? reader.fail(start, 'type', code, `at most ${formsByCode.size}`);
  const flag = reader.uint8('flag');
  if (flag > (form.columns > 0 ? 1 : 0)) reader.fail(start + 1, 'flag', flag, '0, or 1 for a backfilled score');
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
