import type { RejectionReason } from '../../telemetry/source-samples.ts';
import { describeValue } from '../../telemetry/describe-value.ts';
import type { RejectedRow } from './recording.ts';
import { parseRecordedTime, recordedTimeBound } from './recorded-time.ts';

/** Rows of time and values in the order of the file, and the lines that are neither row nor header. */
export interface RecordedTable {
  readonly timeMs: Float64Array;
  /** Names of the columns of values; `value` where there is no header. */
  readonly columns: readonly string[];
  /** rows x columns, row-major. */
  readonly values: Float64Array;
  /** By row, 1 where it is labelled as abnormal; all 0 where the file has no such column. */
  readonly labels: Uint8Array;
  readonly rejected: readonly RejectedRow[];
}

/** What a line holds after its time, in the order of the file. */
interface Layout {
  readonly names: readonly string[];
  /** Index of the labels among them; -1 where there are none. */
  readonly label: number;
}

interface Row {
  readonly timeMs: number;
  readonly values: readonly number[];
  readonly label: number;
}

type Refusal = Pick<RejectedRow, 'reason' | 'detail'>;

/** The column that says which rows are abnormal. */
const labelColumn = 'label';
const timeAndValue: Layout = { names: ['value'], label: -1 };
const finiteNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const newline = 0x0a;

/**
 * Decodes comma-separated lines of a time (see parseRecordedTime for its forms) and one value, or as many as a header names. A
 * first line without a time and a number is a header; its column `label`, if it has one, holds 1 in rows that are abnormal,
 * and 0 in others. Empty lines are skipped; every other line that is no row is given back with its number.
 */
export function decodeRecordedTable(bytes: Uint8Array, utcOffsetMs = 0): RecordedTable {
  const timeMs: number[] = [];
  const values: number[] = [];
  const labels: number[] = [];
  const rejected: RejectedRow[] = [];
  let layout = timeAndValue;
  let line = 0;
  for (const lineBytes of linesOf(bytes)) {
    line++;
    const text = new TextDecoder().decode(lineBytes).trim();
    if (text === '') continue;
    const fields = fieldsOf(text);
    if (line === 1 && isHeader(fields, utcOffsetMs)) {
      layout = layoutOf(fields);
      continue;
    }
    const row = parseRow(fields, layout, utcOffsetMs);
    if ('timeMs' in row) {
      timeMs.push(row.timeMs);
      for (const value of row.values) values.push(value);
      labels.push(row.label);
    } else rejected.push({ ...row, beforeRow: timeMs.length, position: `line ${line}`, bytes: lineBytes });
  }
  return {
    timeMs: Float64Array.from(timeMs),
    columns: layout.names.filter((_, index) => index !== layout.label),
    values: Float64Array.from(values),
    labels: Uint8Array.from(labels),
    rejected,
  };
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(newline, from);
    const to = end === -1 ? bytes.length : end;
    yield bytes.subarray(from, to);
    from = to + 1;
  }
}

function layoutOf([, ...names]: readonly string[]): Layout {
  return names.length === 0 ? timeAndValue : { names, label: names.indexOf(labelColumn) };
}

function parseRow([time, ...texts]: readonly string[], { names, label }: Layout, utcOffsetMs: number): Row | Refusal {
  if (texts.length > names.length) {
    const bound = names === timeAndValue.names ? 'a time and a value' : `${names.length + 1}, as the header has`;
    return refusal('undecodable', 'line', `${texts.length + 1} fields`, bound);
  }
  if (!time) return refusal('missing-field', 'time', time, recordedTimeBound);
  const numbers: number[] = [];
  for (const [index, name] of names.entries()) {
    const text = texts[index];
    const bound = index === label ? '0 or 1' : 'a finite number';
    if (!text) return refusal('missing-field', name, text, bound);
    const number = finiteNumber.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(number) || (index === label && number !== 0 && number !== 1))
      return refusal('not-a-number', name, text, bound);
    numbers.push(number);
  }
  const timeMs = parseRecordedTime(time, utcOffsetMs);
  if (!Number.isFinite(timeMs)) return refusal('undecodable', 'time', time, recordedTimeBound);
  return { timeMs, values: numbers.filter((_, index) => index !== label), label: numbers[label] ?? 0 };
}

function isHeader([time = '', ...names]: readonly string[], utcOffsetMs: number): boolean {
  return Number.isNaN(parseRecordedTime(time, utcOffsetMs)) && !names.some((name) => finiteNumber.test(name));
}

function fieldsOf(text: string): string[] {
  return text.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

function refusal(reason: RejectionReason, field: string, value: unknown, bound: string): Refusal {
  return { reason, detail: `${field} is ${describeValue(value)}, must be ${bound}` };
}
