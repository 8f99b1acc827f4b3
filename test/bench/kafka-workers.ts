import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { GroupPosition, Log } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import type { BenchResult } from './bench-result.ts';
import { median } from './compare-rates.ts';
import { fillLog, withKafka, type BenchLog, type KafkaBench } from './kafka-input.ts';

const batches = 384;
const rounds = 2;
const counts = [1, 2, 4];

/** Samples a second that 1, 2 and 4 processes of one consumer group score together, on four partitions. */
export function benchKafkaWorkers(): Promise<BenchResult[]> {
  return withKafka(batches, async (bench) => {
    const rates: Record<number, number>[] = [];
    for (let round = 0; round <= rounds; round++) {
      const ofRound: Record<number, number> = {};
      for (const workers of counts) {
        const opened = await bench.open();
        await fillLog(bench, opened.log);
        ofRound[workers] = await ratedWorkers(bench, opened, workers);
      }
      if (round > 0) rates.push(ofRound);
    }
    return counts.map((workers) => ({
      name: `kafka.workers.${workers}`,
      value: median(rates.map((rate) => rate[workers]!)),
      unit: 'samples/s',
      against: 'one process',
      ratio: median(rates.map((rate) => rate[workers]! / rate[1]!)),
    }));
  });
}

/** Samples a second from when each has partitions of its own. Closes the log. */
async function ratedWorkers(bench: KafkaBench, { log, prefix }: BenchLog, count: number): Promise<number> {
  const args = [bench.folder, prefix, bench.brokers.join()];
  const workers = Array.from({ length: count }, () => fork(program, args));
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const all = lagOf(await positions(log));
    for (const worker of workers) worker.send('go');
    const shared = await until(
      log,
      (found) =>
        new Set(found.map(({ member }) => member ?? '')).size === count && found.every(({ member }) => member !== null),
    );
    const startMs = performance.now();
    await until(log, (found) => lagOf(found) === 0);
    return (1000 * bench.samples * (lagOf(shared) / all)) / (performance.now() - startMs);
  } finally {
    await Promise.all(workers.map(end));
    await log.close();
  }
}

const program = fileURLToPath(new URL('kafka-worker.ts', import.meta.url));

function positions(log: Log): Promise<readonly GroupPosition[]> {
  return log.groupPositions('scorer', topics.telemetry.name);
}

function lagOf(found: readonly GroupPosition[]): number {
  return found.reduce((sum, { lag }) => sum + lag, 0);
}

async function until(log: Log, isSo: (found: readonly GroupPosition[]) => boolean): Promise<readonly GroupPosition[]> {
  for (;;) {
    const found = await positions(log);
    if (isSo(found)) return found;
    await systemClock.sleep(10);
  }
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exit = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exit;
}
