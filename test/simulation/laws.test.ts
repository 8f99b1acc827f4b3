/**
 * Deterministic simulation: ingest, scorer and annunciator over the embedded log in one process, dying and being started
 * again at seeded instants, on telemetry that comes shuffled, twice, late and in bursts, while models and thresholds
 * change. CUPOLA_SIMULATION_SEEDS sets how many seeds are run: 100 with `npm run test:all`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../pipelines/ports.ts';
import type { TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import { committedOutput, committedTelemetry, comparable, type StreamOutput } from './committed-output.ts';
import { replayStream } from './reference-run.ts';
import { scriptedDefinitions } from './scripted-source.ts';
import { openSimulation, type Simulation } from './simulation.ts';
import { runWorld, scriptedSources } from './world.ts';

const seeds = Number(process.env['CUPOLA_SIMULATION_SEEDS'] ?? 20);
const definitions = Object.entries(scriptedSources).flatMap(([name, streams]) => scriptedDefinitions(name, streams));

test(`over ${seeds} seeds, crashes change nothing that is committed, and a replay of the log says the same`, async () => {
  const simulation = await openSimulation(definitions);
  try {
    const seen = { scores: 0, backfills: 0, gaps: 0, anomalies: 0, switches: 0, refusals: 0, verdicts: 0 };
    for (let seed = 1; seed <= seeds; seed++) {
      await crashesChangeNothing(simulation, seed, seen);
      if (seed % 3 === 0) await replayAgrees(simulation, seed);
    }
    // The runs are worth something only if they hold what the laws speak of.
    for (const [what, count] of Object.entries(seen))
      assert.ok(count >= seeds, `only ${count} ${what} in ${seeds} runs`);
  } finally {
    await simulation.close();
  }
});

async function crashesChangeNothing(simulation: Simulation, seed: number, seen: Record<string, number>): Promise<void> {
  const options = { ...simulation.ports(seed), seed, looseCommands: false };
  const uninterrupted = await runWorld({ ...options, crashes: 0 });
  const interrupted = await runWorld({ ...options, crashes: 6 });
  const expected = await committedOutput(uninterrupted);
  assert.deepEqual(
    telemetryOf(await committedTelemetry(interrupted)),
    telemetryOf(await committedTelemetry(uninterrupted)),
  );
  const found = await committedOutput(interrupted);
  for (const { stream } of definitions) {
    assert.deepEqual(comparable(found.get(stream)!), comparable(expected.get(stream)!), `seed ${seed}, ${stream}`);
    count(expected.get(stream)!, seen);
  }
  await uninterrupted.close();
  await interrupted.close();
}

async function replayAgrees(simulation: Simulation, seed: number): Promise<void> {
  const ports = simulation.ports(seed);
  const log: Log = await runWorld({ ...ports, seed, crashes: 4, looseCommands: true });
  const recorded = await committedOutput(log);
  for (const definition of definitions) {
    const live = recorded.get(definition.stream)!;
    const replayed = await replayStream(log, definition, live, ports.bundles, ports.runtime);
    assert.deepEqual(replayed.scores, live.scores, `seed ${seed}, ${definition.stream}`);
    assert.deepEqual(replayed.anomalies, live.anomalies, `seed ${seed}, ${definition.stream}`);
    assert.deepEqual([replayed.models, replayed.settings], [[], []], 'a replay decides no setting anew');
  }
  await log.close();
}

/** By source, since sources come in whatever order between them; batches as plain arrays. */
function telemetryOf(partitions: readonly TelemetryRecord[][]): unknown {
  return partitions.map((records) =>
    Object.keys(scriptedSources).map((source) =>
      records
        .filter((record) => sourceOf(record) === source)
        .map((record) => (record.type === 'tick' ? record.timeMs : [record.stream, Array.from(record.eventTimeMs)])),
    ),
  );
}

function sourceOf(record: TelemetryRecord): string {
  return record.type === 'tick' ? record.source : definitions.find(({ stream }) => stream === record.stream)!.source;
}

function count(output: StreamOutput, seen: Record<string, number>): void {
  const ofType = (type: string): number => output.scores.filter((event) => event.type === type).length;
  seen['scores']! += ofType('score');
  seen['gaps']! += ofType('gap');
  seen['backfills']! += output.scores.filter((event) => event.type === 'score' && event.backfill).length;
  seen['verdicts']! += output.verdicts.length;
  seen['anomalies']! += output.anomalies.length;
  seen['switches']! += output.models.filter(({ refusedBecause }) => refusedBecause === null).length;
  seen['refusals']! += [...output.models, ...output.thresholds].filter(
    ({ refusedBecause }) => refusedBecause !== null,
  ).length;
}
