import assert from 'node:assert/strict';
import type { HistoryStore, Log } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { openEmbeddedHistory } from '../../services/adapters/embedded/history-store.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { committedOutput, committedTelemetry, comparable, type StreamOutput } from '../simulation/committed-output.ts';

/** Everything that a run left in its log. */
export interface CommittedEvents {
  readonly telemetry: Awaited<ReturnType<typeof committedTelemetry>>;
  readonly output: ReadonlyMap<string, StreamOutput>;
}

/** Everything that a run left in its log and its history. */
export interface RunOutcome extends CommittedEvents {
  /** What the history says of each stream. */
  readonly history: ReadonlyMap<string, StreamHistory>;
}

type StreamHistory = Awaited<ReturnType<typeof streamHistory>>;

/** All event time there is; a channel that was never observed is stale since the epoch. */
const ever = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const points = 500;

/** Reads what a run left in a file of log and history. */
export async function runOutcome(path: string, definitions: readonly StreamDefinition[]): Promise<RunOutcome> {
  const log = openEmbeddedLog({ path });
  const history = openEmbeddedHistory({ path });
  try {
    const recorded = new Map<string, StreamHistory>();
    for (const definition of definitions) recorded.set(definition.stream, await streamHistory(history, definition));
    return { ...(await committedEvents(log)), history: recorded };
  } finally {
    await history.close();
    await log.close();
  }
}

/** Reads what was committed to a log. */
export async function committedEvents(log: Log): Promise<CommittedEvents> {
  return { telemetry: await committedTelemetry(log), output: await committedOutput(log) };
}

async function streamHistory(history: HistoryStore, { stream, version, channels }: StreamDefinition) {
  const extent = (await history.extent(stream))!;
  const { id } = channels.find(({ role }) => role === 'scored')!;
  return {
    extent,
    samples: await history.samples(stream, version, extent),
    reconstruction: await history.series('reconstruction', stream, id, extent, points),
    anomalyScore: await history.scoreSeries(stream, extent, points),
    scores: await history.scoreEvents(stream, ever, Number.MAX_SAFE_INTEGER),
    anomalies: await history.anomalies(stream, ever, Number.MAX_SAFE_INTEGER),
  };
}

/**
 * Compares what two runs left, event for event.
 *
 * Errors: AssertionError naming the stream and the events that differ.
 */
export function assertSameOutcome(found: RunOutcome, expected: RunOutcome): void {
  assertSameEvents(found, expected);
  for (const [stream, history] of expected.history)
    assert.deepEqual(found.history.get(stream), history, `history of ${stream}`);
}

/**
 * Compares what two runs committed, event for event.
 *
 * Errors: AssertionError naming the stream and the events that differ.
 */
export function assertSameEvents(found: CommittedEvents, expected: CommittedEvents): void {
  assert.deepEqual(found.telemetry, expected.telemetry, 'telemetry');
  assert.deepEqual([...found.output.keys()].sort(), [...expected.output.keys()].sort());
  for (const [stream, output] of expected.output)
    assert.deepEqual(comparable(found.output.get(stream)!), comparable(output), stream);
}
