import { ascendingOf, quantileOf } from '../../scoring/order-statistics.ts';
import { predictedShareOf, sharedRows, validPredictions, type ChannelSequences } from './sequence-guard.ts';

/** What an operator feels of a detector. */
export interface OperatorFigures {
  /** Predicted sequences that the guard does not hold valid, per day of each channel. Null without rows. */
  readonly falseAlarmsPerDay: number | null;
  /** Predicted rows over all rows, from 0 to 1. */
  readonly alarmShare: number;
  /** Median of the delays of all labelled sequences that were found; null where none was. */
  readonly medianDelayMs: number | null;
  /** Per channel and labelled sequence: see detectionDelaysMs. */
  readonly delaysMs: readonly (readonly (number | null)[])[];
}

const dayMs = 86_400_000;

/**
 * False alarms a day, share of time in alarm and detection delay of channels whose rows are `intervalMs` apart. What is
 * false is judged as guardedSequences does, so that both speak of the same sequences; an alarm that goes on for the whole
 * recording is one false alarm, which is why the share of time stands beside it.
 */
export function operatorFigures(channels: readonly ChannelSequences[], intervalMs: number): OperatorFigures {
  const days = (channels.reduce((sum, { rows }) => sum + rows, 0) * intervalMs) / dayMs;
  const falseAlarms = channels.reduce((sum, of) => sum + of.predicted.length - validPredictions(of).length, 0);
  const delaysMs = channels.map((channel) => detectionDelaysMs(channel, intervalMs));
  return {
    falseAlarmsPerDay: days === 0 ? null : falseAlarms / days,
    alarmShare: predictedShareOf(channels),
    medianDelayMs: median(delaysMs.flat().filter((delay) => delay !== null)),
    delaysMs,
  };
}

/**
 * Per labelled sequence, the time from its first row to the first row of a valid prediction within it: 0 where the
 * prediction begins earlier, null where there is none. Rows stand for when they were, not for when they were judged: what
 * a window or a confirmation waits for comes on top.
 */
export function detectionDelaysMs(channel: ChannelSequences, intervalMs: number): (number | null)[] {
  const valid = validPredictions(channel);
  return channel.labelled.map((labelled): number | null => {
    const first = valid.find((range) => sharedRows(labelled, [range]) > 0)?.[0];
    return first === undefined ? null : Math.max(0, first - labelled[0]) * intervalMs;
  });
}

function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : quantileOf(ascendingOf(values), 0.5);
}
