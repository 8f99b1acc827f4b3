import type { PromoteCommand } from '../../pipelines/commands.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import { encodeCommand } from '../../pipelines/json-records.ts';
import type { HistoryStore, TimeRange, TrainingProgress } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import { fitBundle } from '../../pipelines/training/fit-bundle.ts';
import { selectWindows, type Selection } from '../../pipelines/training/select-windows.ts';
import { trainingWindows } from '../../pipelines/training/training-windows.ts';
import { trainerName } from './streams-to-train.ts';
import type { FitReport, TrainerOptions, TrainerPorts } from './trainer-ports.ts';

/** Anomalies that a fit asks the history for: more than any stretch that is worth training on has. */
const mostAnomalies = 10_000;

/** Fits a stream on its newest normal telemetry up to `toMs`, stores the bundle and asks for it to govern. */
export async function fitStream(
  ports: TrainerPorts,
  options: TrainerOptions,
  definition: StreamDefinition,
  toMs: number,
  signal: AbortSignal,
): Promise<FitReport> {
  const startedMs = ports.clock.nowMs();
  let progress: TrainingProgress | null = null;
  const report = (modelVersion: string | null, error: CupolaError | null): FitReport => ({
    stream: definition.stream,
    modelVersion,
    seconds: (ports.clock.nowMs() - startedMs) / 1000,
    progress,
    error,
  });
  try {
    const selection = await select(ports.history, options, definition, toMs);
    const onProgress = (latest: TrainingProgress): void => {
      progress = latest;
    };
    const bundle = await fitBundle(definition, selection, options.fit, ports, onProgress, signal);
    const modelVersion = await ports.bundles.put(bundle);
    await askToGovern(ports, definition, modelVersion);
    return report(modelVersion, null);
  } catch (error) {
    if (error instanceof CupolaError || signal.aborted)
      return report(null, error instanceof CupolaError ? error : null);
    throw error;
  }
}

/** What of the newest telemetry is normal: anomalies, from the first row of their first violating window, are left out. */
async function select(
  history: HistoryStore,
  options: TrainerOptions,
  definition: StreamDefinition,
  toMs: number,
): Promise<Selection> {
  const range: TimeRange = { fromMs: toMs - options.maxHistoryMs, toMs };
  const samples = await history.samples(definition.stream, definition.version, range);
  const windows = trainingWindows(definition, samples, options.strideCells * definition.intervalMs);
  const anomalies = await history.anomalies(definition.stream, range, mostAnomalies);
  const excluded = anomalies.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs }));
  return selectWindows(windows, excluded, options.holdoutShare);
}

async function askToGovern(ports: TrainerPorts, definition: StreamDefinition, modelVersion: string): Promise<void> {
  const command: PromoteCommand = {
    id: `fit-${modelVersion}`,
    type: 'promote',
    stream: definition.stream,
    modelVersion,
    issuedAtMs: ports.clock.nowMs(),
    issuedBy: trainerName,
    reason: 'trained on its newest normal telemetry',
  };
  const { issuedAtMs: timestampMs, stream: key } = command;
  await ports.log.append([{ topic: topics.commands.name, key, value: encodeCommand(command), timestampMs }]);
}
