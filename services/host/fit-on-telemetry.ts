import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import type { TrainingProgress } from '../../pipelines/ports.ts';
import type { SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { fitBundle, type FitOptions, type FitPorts } from '../../pipelines/training/fit-bundle.ts';
import { selectWindows } from '../../pipelines/training/select-windows.ts';
import { trainingWindows } from '../../pipelines/training/training-windows.ts';
import { thresholdSchema, trainingSchema } from './config-training.ts';

/** An architecture by name, with the settings that are not its defaults. */
export interface ChosenArchitecture {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Fits a model on a stream's telemetry as a running system does with no configuration of its own.
 *
 * Errors: those of fitBundle.
 */
export async function fitOnTelemetry(
  definition: StreamDefinition,
  samples: SampleBatch,
  architecture: ChosenArchitecture,
  ports: FitPorts,
  more: Partial<FitOptions> = {},
  onProgress?: (progress: TrainingProgress) => void,
  signal?: AbortSignal,
): Promise<Bundle> {
  const { seed, batchSize, learningRate, maxEpochs, patience, strideCells, holdoutShare } = trainingSchema.parse({
    seed: 1,
  });
  const fit: FitOptions = {
    architecture: parseArchitecture(architecture.name, architecture.settings),
    threshold: thresholdSchema.parse({}),
    seed,
    batchSize,
    learningRate,
    maxEpochs,
    patience,
    ...more,
  };
  const windows = trainingWindows(definition, samples, strideCells * definition.intervalMs);
  return fitBundle(definition, selectWindows(windows, [], holdoutShare), fit, ports, onProgress, signal);
}
