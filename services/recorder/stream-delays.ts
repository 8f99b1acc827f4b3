import type { HistoryBatch, WatermarkDelay } from '../../pipelines/ports.ts';

/** How far the watermark of each stream is behind the telemetry that came in, as far as it was recorded. */
export class StreamDelays {
  readonly #heardMs = new Map<string, number>();
  readonly #watermarkMs = new Map<string, number>();

  take({ samples, scores }: Pick<HistoryBatch, 'samples' | 'scores'>): void {
    for (const { stream, ingestTimeMs } of samples) raise(this.#heardMs, stream, ingestTimeMs);
    for (const event of scores)
      if (event.type === 'watermark') raise(this.#watermarkMs, event.stream, event.watermarkMs);
  }

  /** Of streams that were heard and have a watermark. */
  all(): WatermarkDelay[] {
    return [...this.#heardMs].flatMap(([stream, heardMs]) => {
      const watermarkMs = this.#watermarkMs.get(stream);
      return watermarkMs === undefined ? [] : [{ stream, delayMs: Math.max(0, heardMs - watermarkMs) }];
    });
  }
}

function raise(newest: Map<string, number>, stream: string, timeMs: number): void {
  newest.set(stream, Math.max(timeMs, newest.get(stream) ?? -Infinity));
}
