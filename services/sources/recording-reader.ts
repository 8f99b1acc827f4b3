import type { Recording } from '../../pipelines/evaluation/datasets/recording.ts';
import type { DeadLetter, SourceSamples } from '../../pipelines/telemetry/source-samples.ts';
import { RecordingCursor } from './recording-cursor.ts';

/** Rows taken at once. */
export interface RowRun {
  readonly samples: SourceSamples;
  readonly rejected: readonly DeadLetter[];
  /** Whether rows before the time asked for are left. */
  readonly more: boolean;
}

/** Reads several recordings side by side, by the times at which their rows came. */
export class RecordingReader {
  readonly #cursors: readonly RecordingCursor[];
  /** Of all recordings, one after the other. */
  readonly #channelIds: readonly string[];

  /** `nextRow`: where to go on, by stream; at the first row by default. */
  constructor(recordings: readonly Recording[], nextRow: Readonly<Record<string, number>>) {
    this.#channelIds = recordings.flatMap(({ definition }) => definition.channels.map(({ id }) => id));
    this.#cursors = recordings.map(
      (recording) => new RecordingCursor(recording, nextRow[recording.definition.stream] ?? 0),
    );
  }

  /** When the next row came; null at the end. */
  nextTimeMs(): number | null {
    const nextMs = Math.min(...this.#cursors.map((cursor) => cursor.nextTimeMs));
    return nextMs === Infinity ? null : nextMs;
  }

  /** When the last row taken came; -Infinity before the first. */
  lastTimeMs(): number {
    return Math.max(...this.#cursors.map((cursor) => cursor.lastTimeMs));
  }

  /** The next row of each stream. */
  nextRow(): Record<string, number> {
    return Object.fromEntries(this.#cursors.map(({ stream, row }) => [stream, row]));
  }

  /** Takes rows that came before `untilMs`, one recording after the other, up to `maxSamples` samples but at least a row. */
  take(untilMs: number, maxSamples: number, source: string): RowRun {
    let room = maxSamples;
    let more = false;
    const rows = this.#cursors.map((cursor) => {
      const due = cursor.rowsBefore(untilMs);
      const taken = Math.min(due, Math.max(room === maxSamples ? 1 : 0, Math.floor(room / cursor.channels)));
      more ||= taken < due;
      room -= taken * cursor.channels;
      return taken;
    });
    const samples = this.#takeRows(rows, maxSamples - room);
    return { samples, rejected: this.#cursors.flatMap((cursor) => cursor.takeRejected(source)), more };
  }

  #takeRows(rows: readonly number[], samples: number): SourceSamples {
    const channel = new Uint16Array(samples);
    const eventTimeMs = new Float64Array(samples);
    const value = new Float64Array(samples);
    let firstChannel = 0;
    let from = 0;
    this.#cursors.forEach((cursor, i) => {
      const to = from + rows[i]! * cursor.channels;
      cursor.take(rows[i]!, eventTimeMs, value, from);
      for (let at = from; at < to; at++) channel[at] = firstChannel + ((at - from) % cursor.channels);
      firstChannel += cursor.channels;
      from = to;
    });
    return { channelIds: this.#channelIds, channel, eventTimeMs, value };
  }
}
