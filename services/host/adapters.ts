import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CupolaError } from '../../pipelines/errors.ts';
import type { BundleStore, Clock, HistoryStore, Log, ScoringRuntime, TrainingBackend } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import { FileBundleStore } from '../adapters/files/bundle-store.ts';
import { openOnnxRuntime } from '../adapters/onnx/onnx-runtime.ts';
import type { AdapterReports } from './adapter-reports.ts';
import type { Config } from './config-schema.ts';
import { openHistory } from './open-history.ts';
import { openLog } from './open-log.ts';

/** The ports, by the adapters that a configuration names; models are files. */
export interface Adapters {
  readonly log: Log;
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
  readonly runtime: ScoringRuntime;
  readonly clock: Clock;
  /** Opened at the first call: training needs a library that nothing else does. */
  trainingBackend(): Promise<TrainingBackend>;
  close(): Promise<void>;
}

/**
 * Opens the adapters and creates the topics that are missing.
 *
 * Errors: CUPOLA_DATA_DIR_UNUSABLE, CUPOLA_LOG_IN_USE naming the other process; those of openLog and openHistory.
 */
export async function openAdapters(config: Config, clock: Clock, reports: AdapterReports): Promise<Adapters> {
  makeFolder(config.dataDir);
  const log = await openLog(config, reports.log);
  try {
    await log.ensureTopics(Object.values(topics));
  } catch (error) {
    await log.close();
    throw error;
  }
  const history = await openHistory(config, reports.history);
  const runtime = await openOnnxRuntime({ workers: config.scoring.workers });
  let backend: Promise<TrainingBackend> | null = null;
  return {
    log,
    history,
    bundles: new FileBundleStore(config.modelsDir ?? join(config.dataDir, 'models'), clock),
    runtime,
    clock,
    trainingBackend: () => (backend ??= openTrainingBackend()),
    async close() {
      const opened = await backend?.catch(() => null);
      await opened?.close();
      await runtime.close();
      await history.close();
      await log.close();
    },
  };
}

async function openTrainingBackend(): Promise<TrainingBackend> {
  const { openTfjsTraining } = await import('../adapters/tfjs/tfjs-training.ts');
  return openTfjsTraining();
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    throw new CupolaError('CUPOLA_DATA_DIR_UNUSABLE', `${dataDir} cannot be made (${(cause as Error).message})`, {
      field: 'dataDir',
      value: dataDir,
      bound: 'a folder that can be written',
      cause,
    });
  }
}
