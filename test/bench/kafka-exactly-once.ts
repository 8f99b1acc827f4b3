import { atLeastOnceLog } from './at-least-once-log.ts';
import type { BenchResult } from './bench-result.ts';
import { compareRates } from './compare-rates.ts';
import { fillLog, scorerRate, withKafka } from './kafka-input.ts';

const batches = 256;
const rounds = 5;

/** What transactions cost: samples a second that a scorer catches up with, against the same scorer without them. */
export function benchExactlyOnce(): Promise<BenchResult> {
  return withKafka(batches, async (bench) => {
    const exactly = async (): Promise<number> => {
      const { log } = await bench.open();
      await fillLog(bench, log);
      return scorerRate(bench, log);
    };
    const atLeast = async (): Promise<number> => {
      const { log, prefix } = await bench.open();
      await fillLog(bench, log);
      return scorerRate(bench, atLeastOnceLog(log, bench.brokers, prefix));
    };
    const { value, ratio } = await compareRates(exactly, atLeast, rounds);
    const against = 'the same, at least once: acknowledged records, then positions, no transaction';
    return { name: 'kafka.exactly-once', value, unit: 'samples/s', against, ratio };
  });
}
