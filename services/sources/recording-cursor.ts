import type { Recording } from '../../pipelines/evaluation/datasets/recording.ts';
import type { DeadLetter } from '../../pipelines/telemetry/source-samples.ts';

/** A place in one recording. */
export class RecordingCursor {
  readonly stream: string;
  readonly channels: number;
  readonly #recording: Recording;
  /** When each row came: the highest event time up to it. */
  readonly #arrivalMs: Float64Array;
  #row: number;
  /** How many of the rejected lines stand before `#row`; all of them at the end. */
  #rejected = 0;

  constructor(recording: Recording, row: number) {
    this.stream = recording.definition.stream;
    this.channels = recording.definition.channels.length;
    this.#recording = recording;
    this.#arrivalMs = runningMaximum(recording.timeMs);
    this.#row = row;
    this.#passRejected();
  }

  /** The next row. */
  get row(): number {
    return this.#row;
  }

  /** When the next row came; Infinity at the end. */
  get nextTimeMs(): number {
    return this.#arrivalMs[this.#row] ?? Infinity;
  }

  /** When the row before came; -Infinity before the first. */
  get lastTimeMs(): number {
    return this.#arrivalMs[this.#row - 1] ?? -Infinity;
  }

  /** How many rows from here on came before `untilMs`. */
  rowsBefore(untilMs: number): number {
    let row = this.#row;
    while (row < this.#arrivalMs.length && this.#arrivalMs[row]! < untilMs) row++;
    return row - this.#row;
  }

  /** Moves on over rows, writing their event times and values, channel by channel, into columns from `at` on. */
  take(rows: number, eventTimeMs: Float64Array, value: Float64Array, at: number): void {
    const { timeMs, values } = this.#recording;
    const { channels } = this;
    for (const end = this.#row + rows; this.#row < end; this.#row++, at += channels) {
      eventTimeMs.fill(timeMs[this.#row]!, at, at + channels);
      const first = this.#row * channels;
      for (let c = 0; c < channels; c++) value[at + c] = values[first + c]!;
    }
  }

  /** What was rejected before the rows taken since the last call; after the last row, also what stands behind it. */
  takeRejected(source: string): DeadLetter[] {
    const from = this.#rejected;
    this.#passRejected();
    const letters = this.#recording.rejected.slice(from, this.#rejected);
    return letters.map(({ reason, detail, position, bytes }) => ({ source, reason, detail, position, bytes }));
  }

  #passRejected(): void {
    const { rejected, timeMs } = this.#recording;
    const passedRow = this.#row === timeMs.length ? Infinity : this.#row;
    while (this.#rejected < rejected.length && rejected[this.#rejected]!.beforeRow < passedRow) this.#rejected++;
  }
}

function runningMaximum(timeMs: Float64Array): Float64Array {
  let highest = -Infinity;
  return timeMs.map((time) => (highest = Math.max(highest, time)));
}
