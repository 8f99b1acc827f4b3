import type { TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';

/** What windowing says, with the index of the telemetry record that made it say so. */
export type WindowingOutput = { readonly record: number } & (
  | {
      readonly kind: 'window';
      readonly startMs: number;
      readonly endMs: number;
      /** rows x channels, row-major; 0 where missing. */
      readonly values: readonly number[];
      readonly mask: readonly CellState[];
      readonly missingShare: number;
      readonly backfill: boolean;
    }
  | { readonly kind: 'gap'; readonly startMs: number; readonly missingShare: number }
  | { readonly kind: 'stale'; readonly channel: number; readonly lastObservedMs: number | null }
  | {
      readonly kind: 'resumed';
      readonly channel: number;
      readonly lastObservedMs: number | null;
      readonly resumedMs: number;
    }
  | { readonly kind: 'late'; readonly channel: number; readonly eventTimeMs: number; readonly value: number }
);

export type CellState = 'observed' | 'carried' | 'missing';

/** An output before it is known which record it came with. */
type Said = WindowingOutput extends infer Output ? (Output extends unknown ? Omit<Output, 'record'> : never) : never;

interface Sample {
  readonly channel: number;
  readonly eventTimeMs: number;
  readonly value: number;
}

interface Gap {
  readonly startMs: number;
  /** The watermark when a late sample last fell into it; null when none has since it was last assembled. */
  touchedAtMs: number | null;
}

/**
 * Windowing as the design says it, slowly: every sample is kept for ever, and every cell is worked out from all of them.
 * The fast windower in pipelines/windowing must say the same.
 */
export function referenceWindows(definition: StreamDefinition, records: readonly TelemetryRecord[]): WindowingOutput[] {
  const outputs: WindowingOutput[] = [];
  let record = 0;
  const reference = new Reference(definition, (said) => outputs.push({ record, ...said }));
  for (const telemetry of records) {
    if (telemetry.type === 'tick') {
      if (telemetry.source === definition.source) reference.tick(telemetry.timeMs);
    } else if (telemetry.stream === definition.stream) {
      telemetry.channel.forEach((channel, i) => {
        reference.take({ channel, eventTimeMs: telemetry.eventTimeMs[i]!, value: telemetry.value[i]! });
      });
    }
    record++;
  }
  return outputs;
}

class Reference {
  readonly definition: StreamDefinition;
  readonly say: (said: Said) => void;
  /** All of them, in arrival order. */
  readonly samples: Sample[] = [];
  /** Those that came before their cell was sealed. */
  readonly inTime: Sample[] = [];
  /** Reported, not yet scored as backfill, not yet too old. */
  gaps: Gap[] = [];
  readonly staleChannels = new Set<number>();
  watermarkMs = -Infinity;
  firstCellStartMs: number | null = null;
  nextCellStartMs = 0;
  nextWindowStartMs = 0;

  constructor(definition: StreamDefinition, say: (said: Said) => void) {
    this.definition = definition;
    this.say = say;
  }

  take(sample: Sample): void {
    if (this.firstCellStartMs === null) this.start(sample);
    this.samples.push(sample);
    if (sample.eventTimeMs >= this.nextCellStartMs) this.inTime.push(sample);
    if (sample.eventTimeMs < this.watermarkMs || sample.eventTimeMs < this.firstCellStartMs!) {
      this.takeLate(sample);
      return;
    }
    this.moveWatermark(sample.eventTimeMs - this.definition.outOfOrdernessMs);
  }

  tick(timeMs: number): void {
    if (this.firstCellStartMs !== null) this.moveWatermark(timeMs - this.definition.outOfOrdernessMs);
  }

  start(first: Sample): void {
    const { intervalMs, strideMs } = this.definition;
    this.firstCellStartMs = Math.floor(first.eventTimeMs / intervalMs) * intervalMs;
    this.nextCellStartMs = this.firstCellStartMs;
    this.nextWindowStartMs = Math.ceil(this.firstCellStartMs / strideMs) * strideMs;
  }

  takeLate(sample: Sample): void {
    const { intervalMs, windowLengthMs } = this.definition;
    const cellStartMs = Math.floor(sample.eventTimeMs / intervalMs) * intervalMs;
    const touched = this.gaps.filter(({ startMs }) => startMs <= cellStartMs && cellStartMs < startMs + windowLengthMs);
    for (const gap of touched) gap.touchedAtMs = this.watermarkMs;
    this.say({ kind: 'late', ...sample });
  }

  moveWatermark(toMs: number): void {
    if (toMs <= this.watermarkMs) return;
    this.watermarkMs = toMs;
    const { intervalMs, windowLengthMs } = this.definition;
    for (; this.nextCellStartMs + intervalMs <= toMs; this.nextCellStartMs += intervalMs) {
      this.definition.channels.forEach((_, channel) => this.tellSilence(channel, this.nextCellStartMs));
      if (this.nextWindowStartMs + windowLengthMs === this.nextCellStartMs + intervalMs) this.tellNextWindow();
    }
    this.assembleTouchedGaps();
    this.gaps = this.gaps.filter(({ startMs }) => startMs + windowLengthMs > toMs - this.definition.backfillMs);
  }

  /** Walks through a cell's samples of a channel, and then to its end, and tells when silence grew too long or ended. */
  tellSilence(channel: number, cellStartMs: number): void {
    const cellEndMs = cellStartMs + this.definition.intervalMs;
    const before = this.inTime.filter((sample) => sample.channel === channel && sample.eventTimeMs < cellStartMs);
    let lastObservedMs = before.length === 0 ? null : Math.max(...before.map((sample) => sample.eventTimeMs));
    const tellStale = (nowMs: number): void => {
      const silentSinceMs = lastObservedMs ?? this.firstCellStartMs!;
      if (this.staleChannels.has(channel) || nowMs - silentSinceMs <= this.staleAfterMs(channel)) return;
      this.staleChannels.add(channel);
      this.say({ kind: 'stale', channel, lastObservedMs });
    };
    const times = this.inTime
      .filter((sample) => sample.channel === channel)
      .map((sample) => sample.eventTimeMs)
      .filter((timeMs) => timeMs >= cellStartMs && timeMs < cellEndMs)
      .sort((a, b) => a - b);
    for (const timeMs of times) {
      tellStale(timeMs);
      if (this.staleChannels.delete(channel)) this.say({ kind: 'resumed', channel, lastObservedMs, resumedMs: timeMs });
      lastObservedMs = timeMs;
    }
    tellStale(cellEndMs);
  }

  tellNextWindow(): void {
    const startMs = this.nextWindowStartMs;
    this.nextWindowStartMs += this.definition.strideMs;
    const window = this.assemble(startMs);
    if (window.missingShare <= this.definition.maxMissingShare) {
      this.say({ kind: 'window', ...window, backfill: false });
      return;
    }
    this.gaps.push({ startMs, touchedAtMs: null });
    this.say({ kind: 'gap', startMs, missingShare: window.missingShare });
  }

  assembleTouchedGaps(): void {
    for (const gap of this.gaps) {
      if (gap.touchedAtMs === null || this.watermarkMs === gap.touchedAtMs) continue;
      if (this.watermarkMs - gap.touchedAtMs < this.definition.outOfOrdernessMs) continue;
      gap.touchedAtMs = null;
      const window = this.assemble(gap.startMs);
      if (window.missingShare > this.definition.maxMissingShare) continue;
      this.gaps = this.gaps.filter((other) => other !== gap);
      this.say({ kind: 'window', ...window, backfill: true });
    }
  }

  /** A window of all that is known by now. */
  assemble(startMs: number): {
    startMs: number;
    endMs: number;
    values: number[];
    mask: CellState[];
    missingShare: number;
  } {
    const { windowLengthMs, intervalMs, channels } = this.definition;
    const endMs = startMs + windowLengthMs;
    const values: number[] = [];
    const mask: CellState[] = [];
    const scored: CellState[] = [];
    for (let cellStartMs = startMs; cellStartMs < endMs; cellStartMs += intervalMs) {
      channels.forEach(({ role }, channel) => {
        const cell = this.cell(channel, cellStartMs);
        values.push(cell.value);
        mask.push(cell.state);
        if (role === 'scored') scored.push(cell.state);
      });
    }
    const missingShare = scored.filter((state) => state === 'missing').length / scored.length;
    return { startMs, endMs, values, mask, missingShare };
  }

  cell(channel: number, cellStartMs: number): { state: CellState; value: number } {
    const cellEndMs = cellStartMs + this.definition.intervalMs;
    const last = latest(this.samples.filter((sample) => sample.channel === channel && sample.eventTimeMs < cellEndMs));
    if (last === null) return { state: 'missing', value: 0 };
    if (last.eventTimeMs >= cellStartMs) return { state: 'observed', value: last.value };
    if (cellStartMs - last.eventTimeMs <= this.staleAfterMs(channel)) return { state: 'carried', value: last.value };
    return { state: 'missing', value: 0 };
  }

  staleAfterMs(channel: number): number {
    return this.definition.channels[channel]!.staleAfterMs ?? this.definition.staleAfterMs;
  }
}

/** The sample with the greatest event time; of equal ones the last to arrive. */
function latest(samples: readonly Sample[]): Sample | null {
  let best: Sample | null = null;
  for (const sample of samples) if (best === null || sample.eventTimeMs >= best.eventTimeMs) best = sample;
  return best;
}
