import type { RejectionReason } from '../../telemetry/source-samples.ts';
import { describeValue } from '../../telemetry/describe-value.ts';
import type { RejectedRow } from './recording.ts';
import { parseRecordedTime, recordedTimeBound } from './recorded-time.ts';

/** A series of times and values in the order of the file, and the lines that are neither row nor header. */
export interface TimeValueSeries {
  readonly timeMs: Float64Array;
  readonly value: Float64Array;
  readonly rejected: readonly RejectedRow[];
}

interface Row {
  readonly timeMs: number;
  readonly value: number;
}

type Refusal = Pick<RejectedRow, 'reason' | 'detail'>;

const finiteNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const newline = 0x0a;

/**
 * Decodes comma-separated lines of time and value; see parseRecordedTime for the forms of time. A first line in which
 * neither is one is a header. Empty lines are skipped; every other line that is no row is given back with its number.
 */
export function decodeTimeValueCsv(bytes: Uint8Array, utcOffsetMs = 0): TimeValueSeries {
  const timeMs: number[] = [];
  const value: number[] = [];
  const rejected: RejectedRow[] = [];
  let line = 0;
  for (const lineBytes of linesOf(bytes)) {
    line++;
    const text = new TextDecoder().decode(lineBytes).trim();
    if (text === '') continue;
    const row = parseRow(text, utcOffsetMs);
    if ('timeMs' in row) {
      timeMs.push(row.timeMs);
      value.push(row.value);
    } else if (line > 1 || !isHeader(text, utcOffsetMs)) {
      rejected.push({ ...row, beforeRow: timeMs.length, position: `line ${line}`, bytes: lineBytes });
    }
  }
  return { timeMs: Float64Array.from(timeMs), value: Float64Array.from(value), rejected };
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(newline, from);
    const to = end === -1 ? bytes.length : end;
    yield bytes.subarray(from, to);
    from = to + 1;
  }
}

function parseRow(text: string, utcOffsetMs: number): Row | Refusal {
  const fields = fieldsOf(text);
  const [time, value] = fields;
  if (fields.length > 2) return refusal('undecodable', 'line', `${fields.length} fields`, 'a time and a value');
  if (!time) return refusal('missing-field', 'time', time, recordedTimeBound);
  if (!value) return refusal('missing-field', 'value', value, 'a finite number');
  const timeMs = parseRecordedTime(time, utcOffsetMs);
  if (!Number.isFinite(timeMs)) return refusal('undecodable', 'time', time, recordedTimeBound);
  const number = finiteNumber.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(number)
    ? { timeMs, value: number }
    : refusal('not-a-number', 'value', value, 'a finite number');
}

function isHeader(text: string, utcOffsetMs: number): boolean {
  const [time = '', value = ''] = fieldsOf(text);
  return Number.isNaN(parseRecordedTime(time, utcOffsetMs)) && !finiteNumber.test(value);
}

function fieldsOf(text: string): string[] {
  return text.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

function refusal(reason: RejectionReason, field: string, value: unknown, bound: string): Refusal {
  return { reason, detail: `${field} is ${describeValue(value)}, must be ${bound}` };
}
