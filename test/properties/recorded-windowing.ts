import type { TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { cellMask } from '../../pipelines/windowing/cell-grid.ts';
import { StreamWindower, type WindowingSink } from '../../pipelines/windowing/stream-windower.ts';
import type { CellState, WindowingOutput } from './windowing-reference.ts';

/**
 * Runs the product's windower over a log and writes down what it says, in the words of the reference. Where `restartAt`
 * names a record, the windower is thrown away before it and made again from a copy of its snapshot.
 */
export function recordedWindows(
  definition: StreamDefinition,
  records: readonly TelemetryRecord[],
  restartAt = -1,
): WindowingOutput[] {
  const outputs: WindowingOutput[] = [];
  let windower = new StreamWindower(definition);
  records.forEach((telemetry, record) => {
    if (record === restartAt) windower = new StreamWindower(definition, structuredClone(windower.snapshot()));
    const sink = writeDown(definition, record, outputs);
    if (telemetry.type === 'tick') {
      if (telemetry.source === definition.source) windower.tick(telemetry.timeMs, sink);
    } else if (telemetry.stream === definition.stream) {
      windower.push(telemetry, sink);
    }
  });
  return outputs;
}

const cellStates = new Map<number, CellState>([
  [cellMask.missing, 'missing'],
  [cellMask.carried, 'carried'],
  [cellMask.observed, 'observed'],
]);

function writeDown(definition: StreamDefinition, record: number, outputs: WindowingOutput[]): WindowingSink {
  return {
    window({ startMs, endMs, values, mask, missingShare, backfill }) {
      const states = Array.from(mask, (code) => cellStates.get(code)!);
      outputs.push({
        record,
        kind: 'window',
        startMs,
        endMs,
        values: [...values],
        mask: states,
        missingShare,
        backfill,
      });
    },
    gap(firstWindowStartMs, windows, missingShare) {
      for (let i = 0; i < windows; i++) {
        outputs.push({ record, kind: 'gap', startMs: firstWindowStartMs + i * definition.strideMs, missingShare });
      }
    },
    stale(channel, lastObservedMs) {
      outputs.push({ record, kind: 'stale', channel, lastObservedMs });
    },
    resumed(channel, lastObservedMs, resumedMs) {
      outputs.push({ record, kind: 'resumed', channel, lastObservedMs, resumedMs });
    },
    late(batch, index) {
      outputs.push({
        record,
        kind: 'late',
        channel: batch.channel[index]!,
        eventTimeMs: batch.eventTimeMs[index]!,
        value: batch.value[index]!,
      });
    },
  };
}
