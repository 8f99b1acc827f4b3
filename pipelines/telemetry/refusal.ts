import { describeValue } from './describe-value.ts';
import type { SampleCollector } from './sample-collector.ts';
import type { DeadLetter } from './source-samples.ts';

/** Why something is no sample. */
export type Refusal = Pick<DeadLetter, 'reason' | 'detail'>;

const maxChannelIdLength = 200;

/** Refuses what lacks a field. */
export function missingField(field: string, bound: string): Refusal {
  return { reason: 'missing-field', detail: `${field} is missing, must be ${bound}` };
}

/** Says why samples of a channel cannot be collected; null where they can. */
export function refuseChannel(channel: unknown, collector: SampleCollector): Refusal | null {
  const bound = `a text of 1 to ${maxChannelIdLength} characters`;
  if (channel === undefined) return missingField('channel', bound);
  if (typeof channel !== 'string' || channel.length === 0 || channel.length > maxChannelIdLength)
    return { reason: 'undecodable', detail: `channel is ${describeValue(channel)}, must be ${bound}` };
  if (collector.hasRoomFor(channel)) return null;
  return { reason: 'undecodable', detail: 'channel is number 65537 of its message, must be one of at most 65536' };
}
