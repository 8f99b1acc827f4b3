import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import { encodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { topics } from '../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { startScorer } from '../../services/scorer/scorer.ts';
import type { BenchResult } from './bench-result.ts';
import { exampleBatch, exampleStream, exampleStreams } from './example-telemetry.ts';
import { fillLog, partitions, samplesInBatch, scorerOptions, withKafka, type KafkaBench } from './kafka-input.ts';

/** What a module of a space station sends. */
const samplesPerSecond = 17_000;
const seconds = 15;
/** Before it is measured: compilers and brokers warm up. */
const warmUpSeconds = 3;
const intervalsMs = [0, 50, 100, 250, 500, 1000];
/** The configuration's own on Kafka. */
const usualMs = 250;

/** How long it takes from a batch of samples to the score events that it leads to, and what it takes to do so. */
interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of one core: this process, which sends, scores and looks on. */
  readonly processShare: number;
  /** Of one core. */
  readonly brokerShare: number;
}

/**
 * Latency at a steady rate, from just before a batch of telemetry is appended to when a reader of committed records has
 * the score event: at each commit interval on Kafka, and on the embedded log.
 */
export function benchKafkaLatency(): Promise<BenchResult[]> {
  return withKafka(1, async (bench) => {
    const embedded = await onEmbeddedLog(bench);
    const found = new Map<number, Latency>();
    for (const intervalMs of intervalsMs) found.set(intervalMs, await onKafka(bench, intervalMs));
    const usual = found.get(usualMs)!;
    const against = 'the same on the embedded log';
    const rows = [...found].map(([intervalMs, latency]): BenchResult => ({
      name: `kafka.commit-interval.${intervalMs}ms`,
      value: latency.p50Ms,
      unit: 'ms',
      against: `p50 with a commit every ${usualMs} ms`,
      ratio: latency.p50Ms / usual.p50Ms,
      figures: { ...latency },
    }));
    return [
      { name: 'kafka.latency.p50', value: usual.p50Ms, unit: 'ms', against, ratio: usual.p50Ms / embedded.p50Ms },
      { name: 'kafka.latency.p99', value: usual.p99Ms, unit: 'ms', against, ratio: usual.p99Ms / embedded.p99Ms },
      ...rows,
    ];
  });
}

async function onKafka(bench: KafkaBench, commitIntervalMs: number): Promise<Latency> {
  const { log } = await bench.open();
  await fillLog(bench, log, false);
  return latency(bench, log, commitIntervalMs);
}

async function onEmbeddedLog(bench: KafkaBench): Promise<Latency> {
  const path = join(bench.folder, 'latency.db');
  copyFileSync(join(bench.folder, 'log.db'), path);
  return latency(bench, openEmbeddedLog({ path }), 0, 1);
}

/** Sends from the `fromIndex`th batch of every stream on. Closes the log. */
async function latency(
  { ports, kafka }: KafkaBench,
  log: Log,
  commitIntervalMs: number,
  fromIndex = 0,
): Promise<Latency> {
  const scorer = await startScorer({ ...ports, log }, { ...scorerOptions, commitIntervalMs });
  const ending = new AbortController();
  const sentAt = new Map<string, number>();
  const delays: number[] = [];
  const readers = Array.from({ length: partitions }, (_, partition) =>
    readScores(log, partition, ending.signal, (key) => {
      const sent = sentAt.get(key);
      if (sent !== undefined) delays.push(performance.now() - sent);
    }),
  );
  await send(log, fromIndex, warmUpSeconds, () => undefined);
  const pid = kafka.brokers[0]!.pid!;
  const [startMs, own, brokers] = [performance.now(), process.cpuUsage(), cpuMs(pid)];
  await send(log, fromIndex + batchesIn(warmUpSeconds), seconds, (key) => sentAt.set(key, performance.now()));
  const elapsedMs = performance.now() - startMs;
  const used = process.cpuUsage(own);
  const brokerMs = cpuMs(pid) - brokers;
  await sleep(2 * commitIntervalMs + 1000);
  ending.abort();
  await Promise.all(readers);
  await scorer.stop();
  await log.close();
  delays.sort((a, b) => a - b);
  return {
    p50Ms: delays[Math.floor(0.5 * delays.length)]!,
    p99Ms: delays[Math.floor(0.99 * delays.length)]!,
    processShare: (used.user + used.system) / 1000 / elapsedMs,
    brokerShare: brokerMs / elapsedMs,
  };
}

function batchesIn(forSeconds: number): number {
  return Math.round((forSeconds * samplesPerSecond) / (exampleStreams.length * samplesInBatch));
}

/** Appends batches of all streams in turn, evenly spread over the time. */
async function send(log: Log, fromIndex: number, forSeconds: number, onSent: (key: string) => void): Promise<void> {
  const batches = batchesIn(forSeconds) * exampleStreams.length;
  const startMs = performance.now();
  const appended: Promise<void>[] = [];
  for (let i = 0; i < batches; i++) {
    const leftMs = startMs + (1000 * forSeconds * i) / batches - performance.now();
    if (leftMs > 0) await sleep(leftMs);
    const stream = exampleStreams[i % exampleStreams.length]!;
    const index = fromIndex + Math.floor(i / exampleStreams.length);
    const batch = exampleBatch(stream, index);
    onSent(keyOf(stream, index));
    appended.push(append(log, batch));
  }
  await Promise.all(appended);
}

function append(log: Log, batch: SampleBatch): Promise<void> {
  const partition = exampleStreams.indexOf(batch.stream) % partitions;
  const record = { topic: topics.telemetry.name, partition, key: batch.stream, value: encodeTelemetry(batch) };
  return log.append([{ ...record, timestampMs: batch.ingestTimeMs }]);
}

function keyOf(stream: string, batch: number): string {
  return `${stream} ${batch}`;
}

/** Hears of each window's score, by the batch that completed it. */
async function readScores(
  log: Log,
  partition: number,
  signal: AbortSignal,
  onScore: (key: string) => void,
): Promise<void> {
  let fromOffset = (await log.range(topics.scores.name, partition)).start;
  while (!signal.aborted) {
    const request = { topic: topics.scores.name, partition, fromOffset, waitMs: 200, signal };
    const { records, nextOffset } = await log.read(request);
    for (const { value } of records)
      for (const event of decodeScoreEvents(value!))
        if (event.type === 'score') onScore(keyOf(event.stream, completingBatch(event.stream, event.windowEndMs)));
    fromOffset = nextOffset;
  }
}

/** The batch with the first sample that moves the watermark to a window's end. */
function completingBatch(stream: string, windowEndMs: number): number {
  const { outOfOrdernessMs } = exampleStream(stream);
  const { eventTimeMs } = firstBatches.get(stream)!;
  const batchMs = exampleBatch(stream, 0).ingestTimeMs - eventTimeMs[0]!;
  return Math.floor((windowEndMs + outOfOrdernessMs - eventTimeMs[0]!) / batchMs);
}

const firstBatches = new Map(exampleStreams.map((stream) => [stream, exampleBatch(stream, 0)]));

/** What a process has used of processors so far, by the kernel's own count in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
