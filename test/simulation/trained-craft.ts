import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import type { Command, ModelSetting } from '../../pipelines/commands.ts';
import { decodeCommand, decodeModelSetting, encodeCommand } from '../../pipelines/json-records.ts';
import type { HistoryStore, Log, ScoringRuntime, TrainingBackend } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { streamDefinitionSchema } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import { usualGuard } from '../../pipelines/training/contamination.ts';
import type { FitOptions } from '../../pipelines/training/fit-bundle.ts';
import { openEmbeddedHistory } from '../../services/adapters/embedded/history-store.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { openTfjsTraining } from '../../services/adapters/tfjs/tfjs-training.ts';
import { startAnnunciator } from '../../services/annunciator/annunciator.ts';
import { startIngest } from '../../services/ingest/ingest.ts';
import { startRecorder } from '../../services/recorder/recorder.ts';
import { startScorer } from '../../services/scorer/scorer.ts';
import type { RunningService } from '../../services/service.ts';
import type { Source, SourceChunk } from '../../services/sources/source.ts';
import { readToEnd } from '../../services/stage/read-range.ts';
import { startTrainer } from '../../services/trainer/trainer.ts';
import type { FitReport, TrainerOptions } from '../../services/trainer/trainer-ports.ts';

const second = 1000;

export const craftDefinition = streamDefinitionSchema.parse({
  stream: 'gyros',
  name: 'Gyros',
  source: 'craft',
  intervalMs: second,
  windowLengthMs: 16 * second,
  strideMs: 4 * second,
  outOfOrdernessMs: 0,
  staleAfterMs: 5 * second,
  warmUpMs: 120 * second,
  channels: [
    { id: 'a', name: 'A', kind: 'real' },
    { id: 'b', name: 'B', kind: 'real' },
  ],
});

/** Principal components, which need no epochs. */
export const fitOptions: FitOptions = {
  architecture: parseArchitecture('pca', { code: 4 }),
  threshold: { policy: 'mean-sigma', parameters: { k: 8 } },
  seed: 1,
  batchSize: 64,
  learningRate: 0.001,
  maxEpochs: 1,
  patience: 1,
};

/** A source that gives telemetry up to where it was told, and waits: two waves, and what was added to the first one. */
class ToldSource implements Source {
  readonly name = 'craft';
  #untilRow = 0;
  #tell: () => void = () => {};
  /** Added to channel a from a row on. */
  readonly added = (row: number): number => this.steps.findLast(({ fromRow }) => fromRow <= row)?.by ?? 0;
  readonly steps: { fromRow: number; by: number }[] = [];

  async definitions() {
    return [craftDefinition];
  }

  advance(rows: number): void {
    this.#untilRow = rows;
    this.#tell();
  }

  async *read(position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk> {
    let row = (position as number | null) ?? 0;
    signal.addEventListener('abort', () => this.#tell());
    while (!signal.aborted) {
      if (row < this.#untilRow) yield this.#chunk(row, (row = Math.min(row + 50, this.#untilRow)));
      else await new Promise<void>((resolve) => (this.#tell = resolve));
    }
  }

  #chunk(fromRow: number, toRow: number): SourceChunk {
    const rows = Array.from({ length: toRow - fromRow }, (_, index) => fromRow + index);
    const wave = (row: number, channel: number): number => {
      const noise = 0.05 * SeededRandom.for(row, `${channel}`).normal();
      return Math.sin((2 * Math.PI * row) / 40 + channel) + noise + (channel === 0 ? this.added(row) : 0);
    };
    return {
      samples: {
        channelIds: ['a', 'b'],
        channel: Uint16Array.from(rows.flatMap(() => [0, 1])),
        eventTimeMs: Float64Array.from(rows.flatMap((row) => [row * second, row * second])),
        value: Float64Array.from(rows.flatMap((row) => [wave(row, 0), wave(row, 1)])),
      },
      rejected: [],
      truth: [],
      ingestTimeMs: toRow * second,
      tickTimeMs: toRow * second,
      position: toRow,
    };
  }
}

function report(error: unknown): never {
  throw error;
}

/** Every service of the embedded product but sources and console, on a craft that does as it is told. */
export class TrainedCraft {
  readonly log: Log;
  readonly bundles: FileBundleStore;
  readonly source = new ToldSource();
  readonly fits: FitReport[] = [];
  readonly #history: HistoryStore;
  readonly #runtime: ScoringRuntime;
  readonly #backend: TrainingBackend;
  readonly #folder: string;
  readonly #services: RunningService[] = [];
  #trainer: RunningService | null = null;
  #rows = 0;

  private constructor(folder: string, runtime: ScoringRuntime, backend: TrainingBackend) {
    const path = join(folder, 'log.db');
    this.#folder = folder;
    this.log = openEmbeddedLog({ path, partitions: 1 });
    this.#history = openEmbeddedHistory({ path });
    this.bundles = new FileBundleStore(join(folder, 'models'), systemClock);
    this.#runtime = runtime;
    this.#backend = backend;
  }

  static async start(): Promise<TrainedCraft> {
    const folder = await mkdtemp(join(tmpdir(), 'cupola-trainer-'));
    const craft = new TrainedCraft(folder, await openOnnxRuntime({ workers: 0 }), await openTfjsTraining());
    await craft.#start();
    return craft;
  }

  async #start(): Promise<void> {
    const { log, bundles, source } = this;
    const ports = { log, bundles, clock: systemClock, history: this.#history, runtime: this.#runtime };
    await log.ensureTopics(Object.values(topics));
    const stage = { maxRecords: 200, snapshotEveryRecords: 1000, commitIntervalMs: 0, report };
    this.#services.push(await startRecorder(ports, { maxRecords: 200, metrics: null }));
    this.#services.push(await startAnnunciator(ports, stage));
    this.#services.push(await startScorer(ports, stage));
    this.#services.push(await startIngest(ports, source));
  }

  /** Starts the trainer, or starts it again with other options. */
  async train(more: Partial<TrainerOptions> = {}): Promise<void> {
    await this.#trainer?.stop();
    const options: TrainerOptions = {
      fit: fitOptions,
      firstFitAfterMs: 1200 * second,
      refitEveryMs: null,
      maxHistoryMs: 2400 * second,
      strideCells: 4,
      holdoutShare: 0.25,
      checkEveryMs: 20,
      guard: usualGuard,
      screenFirstFit: true,
      refitOnDrift: true,
      suspectShare: 0.5,
      suspectForMs: 200 * second,
      keepFitCases: false,
      maxBusyShare: 1,
      streams: {},
      onFit: (report) => this.fits.push(report),
      ...more,
    };
    const ports = { log: this.log, bundles: this.bundles, clock: systemClock, history: this.#history };
    this.#trainer = await startTrainer({ ...ports, runtime: this.#runtime, backend: this.#backend }, options);
  }

  /** Brings so much more telemetry, with `by` added to channel a, and waits until it is scored, judged and recorded. */
  async fly(seconds: number, by = 0): Promise<{ fromMs: number; toMs: number }> {
    const fromMs = this.#rows * second;
    this.source.steps.push({ fromRow: this.#rows, by });
    this.source.advance((this.#rows += seconds));
    const toMs = this.#rows * second;
    await this.until('the telemetry', async () => {
      const scores = await this.#history.scoreEvents('gyros', { fromMs, toMs }, 10_000);
      return scores.some(
        (event) => event.type !== 'warm-up' && 'windowEndMs' in event && event.windowEndMs > toMs - 4000,
      );
    });
    return { fromMs, toMs };
  }

  /** Flies on, a little at a time, until it is so. */
  async flyUntil(what: string, isSo: () => Promise<boolean>, by = 0): Promise<void> {
    for (let flights = 0; !(await isSo()); flights++) {
      if (flights > 40) throw new Error(`${what}: not within ${flights} flights`);
      await this.fly(40, by);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async ask(command: Partial<Command> & { readonly type: Command['type']; readonly id: string }): Promise<void> {
    const stamped = { stream: 'gyros', issuedAtMs: 0, issuedBy: 'ana', reason: '', ...command } as Command;
    await this.log.append([
      { topic: topics.commands.name, key: 'gyros', value: encodeCommand(stamped), timestampMs: 0 },
    ]);
  }

  async commands<T extends Command['type']>(type: T): Promise<Extract<Command, { type: T }>[]> {
    const { records } = await readToEnd(this.log, topics.commands.name, 0);
    const commands = records.map(({ value }) => decodeCommand(value!));
    return commands.filter((command): command is Extract<Command, { type: T }> => command.type === type);
  }

  async governing(): Promise<readonly ModelSetting[]> {
    const { records } = await readToEnd(this.log, topics.models.name, 0);
    return records.map(({ value }) => decodeModelSetting(value!)).filter((one) => one.refusedBecause === null);
  }

  anomalies(range = { fromMs: 0, toMs: Infinity }) {
    return this.#history.anomalies('gyros', range, 1000);
  }

  /** Waits until it is so; a service that failed ends the wait with its error. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const failed = Promise.race(
      [...this.#services, ...(this.#trainer ? [this.#trainer] : [])].map((one) => one.finished),
    );
    for (let waited = 0; !(await isSo()); waited++) {
      if (waited > 1000) throw new Error(`${what}: not within 20 s`);
      await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
  }

  async stop(): Promise<void> {
    await this.#trainer?.stop();
    for (const service of this.#services.reverse()) await service.stop();
    await Promise.all([this.#runtime.close(), this.#backend.close(), this.#history.close(), this.log.close()]);
    await rm(this.#folder, { recursive: true });
  }
}
