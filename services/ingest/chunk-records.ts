import { encodeDeadLetter, encodeFaultTruth, encodeStreamDefinition } from '../../pipelines/json-records.ts';
import type { Log, OutgoingRecord } from '../../pipelines/ports.ts';
import { createAdmission, type Admission } from '../../pipelines/telemetry/admission.ts';
import { encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import type { DeadLetter } from '../../pipelines/telemetry/source-samples.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import type { SourceChunk } from '../sources/source.ts';
import { positionRecord } from './source-position.ts';

/** Turns one source's chunks into records of the log. */
export class ChunkRecords {
  readonly #source: string;
  readonly #admission: Admission;
  /** Partitions that hold any of the source's streams: each gets every tick. */
  readonly #tickPartitions: readonly number[];

  private constructor(source: string, admission: Admission, tickPartitions: readonly number[]) {
    this.#source = source;
    this.#admission = admission;
    this.#tickPartitions = tickPartitions;
  }

  static async for(log: Log, source: string, definitions: readonly StreamDefinition[]): Promise<ChunkRecords> {
    const partitions = new Set<number>();
    for (const { stream } of definitions) partitions.add(await log.partitionOf(topics.telemetry.name, stream));
    return new ChunkRecords(source, createAdmission(source, definitions), [...partitions]);
  }

  ofDefinitions(definitions: readonly StreamDefinition[]): OutgoingRecord[] {
    return definitions.map((definition) => ({
      topic: topics.streams.name,
      key: definition.stream,
      value: encodeStreamDefinition(definition),
      timestampMs: 0,
    }));
  }

  /** Samples by stream, then the tick, then what was refused, the truth, and the position. */
  ofChunk(chunk: SourceChunk): OutgoingRecord[] {
    const { ingestTimeMs, tickTimeMs, samples } = chunk;
    const admitted = samples ? this.#admission.admit(samples, ingestTimeMs) : { batches: [], rejected: [] };
    return [
      ...admitted.batches.map(batchRecord),
      ...(tickTimeMs === null ? [] : this.#ticks(tickTimeMs)),
      ...[...chunk.rejected, ...admitted.rejected].map((letter) => this.#deadLetterRecord(letter, ingestTimeMs)),
      ...chunk.truth.map((truth) => ({
        topic: topics.truth.name,
        key: truth.stream,
        value: encodeFaultTruth(truth),
        timestampMs: ingestTimeMs,
      })),
      positionRecord(this.#source, chunk.position, ingestTimeMs),
    ];
  }

  #ticks(timeMs: number): OutgoingRecord[] {
    const value = encodeTelemetry({ type: 'tick', source: this.#source, timeMs });
    return this.#tickPartitions.map((partition) => ({
      topic: topics.telemetry.name,
      partition,
      key: this.#source,
      value,
      timestampMs: timeMs,
    }));
  }

  #deadLetterRecord(letter: DeadLetter, timestampMs: number): OutgoingRecord {
    return { topic: topics.deadLetter.name, key: this.#source, value: encodeDeadLetter(letter), timestampMs };
  }
}

function batchRecord(batch: SampleBatch): OutgoingRecord {
  return {
    topic: topics.telemetry.name,
    key: batch.stream,
    value: encodeTelemetry(batch),
    timestampMs: batch.ingestTimeMs,
  };
}
