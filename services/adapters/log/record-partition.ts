import type { OutgoingRecord } from '../../../pipelines/ports.ts';
import { invalid } from './invalid-request.ts';
import { keyPartition } from './key-partition.ts';

/**
 * The partition that a record goes to, of as many as its topic has.
 *
 * Errors: CUPOLA_LOG_REQUEST_INVALID for a time, partition or missing key that cannot be.
 */
export function recordPartition({ topic, partition, key, timestampMs }: OutgoingRecord, partitions: number): number {
  if (!Number.isFinite(timestampMs)) throw invalid('timestampMs', timestampMs, 'a finite number');
  if (partition !== undefined) return existingPartition(topic, partition, partitions);
  if (key !== null) return keyPartition(key, partitions);
  if (partitions === 1) return 0;
  throw invalid('partition', partition, `named where a record of ${topic} has no key`);
}

/** The partition itself. Errors: CUPOLA_LOG_REQUEST_INVALID where the topic has none of that number. */
export function existingPartition(topic: string, partition: number, partitions: number): number {
  if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return partition;
  throw invalid('partition', partition, `a whole number from 0 to ${partitions - 1} in ${topic}`);
}
