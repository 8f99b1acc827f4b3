import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import type { BundleStore, ScoringRuntime } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { windowRows, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { fitRobustLimits } from '../../pipelines/training/fit-robust-limits.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { useBestBackend } from '../../services/adapters/tfjs/backends.ts';
import { randomDense } from './random-dense.ts';

/** What all runs share: a real bundle store and a real runtime. */
export interface Simulation {
  /** The ports of one run; its scoring is slow at seeded moments. */
  ports(seed: number): SimulationPorts;
  close(): Promise<void>;
}

export interface SimulationPorts {
  readonly bundles: BundleStore;
  readonly runtime: ScoringRuntime;
  /** Models to switch between, by stream: other limits, and a dense autoencoder with random weights. */
  readonly alternativeModels: ReadonlyMap<string, readonly string[]>;
}

export async function openSimulation(definitions: readonly StreamDefinition[]): Promise<Simulation> {
  const folder = await mkdtemp(join(tmpdir(), 'cupola-simulation-'));
  const bundles = new FileBundleStore(folder, systemClock);
  const runtime = await openOnnxRuntime({ workers: 0 });
  await useBestBackend();
  const alternativeModels = new Map<string, readonly string[]>();
  for (const definition of definitions) {
    const limits = randomLimits(definition);
    const dense = randomDense(limits);
    alternativeModels.set(definition.stream, [await bundles.put(limits), await bundles.put(dense)]);
  }
  return {
    ports: (seed) => ({ bundles, runtime: slowedDown(runtime, SeededRandom.for(seed, 'scoring')), alternativeModels }),
    async close() {
      await runtime.close();
      await rm(folder, { recursive: true });
    },
  };
}

function randomLimits(definition: StreamDefinition): Bundle {
  const random = new SeededRandom(definition.stream);
  const cells = windowRows(definition) * definition.channels.length;
  const windows = Array.from({ length: 10 }, () => ({
    values: Float64Array.from({ length: cells }, () => random.normal() * 2),
    mask: new Uint8Array(cells).fill(2),
  }));
  return fitRobustLimits(definition, windows, { fromMs: 0, toMs: 1 });
}

function slowedDown(runtime: ScoringRuntime, random: SeededRandom): ScoringRuntime {
  return {
    name: runtime.name,
    load: (version, bundle) => runtime.load(version, bundle),
    unload: (version) => runtime.unload(version),
    async score(version, windows) {
      for (let turns = random.below(4); turns > 0; turns--) await new Promise(setImmediate);
      return runtime.score(version, windows);
    },
    close: async () => {},
  };
}
