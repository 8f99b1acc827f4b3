import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { bundleVersion } from '../../pipelines/autoencoders/bundle.ts';
import type { BundleStore, ScoringRuntime } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { featureErrors } from '../../pipelines/scoring/residuals.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { strideRows, windowRows } from '../../pipelines/telemetry/stream-definition.ts';
import { fitRobustLimits } from '../../pipelines/training/fit-robust-limits.ts';

export interface Simulation {
  ports(seed: number): {
    bundles: BundleStore;
    runtime: ScoringRuntime;
    alternativeModels: ReadonlyMap<string, string[]>;
  };
  close(): Promise<void>;
}

export async function openSimulation(definitions: readonly StreamDefinition[]): Promise<Simulation> {
  const stored = new Map<string, Bundle>();
  const bundles = {
    put: async (bundle: Bundle) => {
      const v = bundleVersion(bundle);
      stored.set(v, bundle);
      return v;
    },
    get: async (version: string) => {
      const b = stored.get(version);
      if (!b) {
        const { CupolaError } = await import('../../pipelines/errors.ts');
        throw new CupolaError('CUPOLA_MODEL_UNKNOWN', version);
      }
      return b;
    },
  } as unknown as BundleStore;
  const alternativeModels = new Map<string, string[]>();
  const random = new SeededRandom(5);
  for (const d of definitions) {
    const versions: string[] = [];
    for (let m = 0; m < 2; m++) {
      const windows = Array.from({ length: 10 }, () => ({
        values: Float64Array.from({ length: windowRows(d) * d.channels.length }, () => random.normal() * (m + 1)),
        mask: new Uint8Array(windowRows(d) * d.channels.length).fill(2),
      }));
      versions.push(await bundles.put(fitRobustLimits(d, windows, { fromMs: 0, toMs: 1 })));
    }
    alternativeModels.set(d.stream, versions);
  }
  return {
    ports(seed) {
      const slow = SeededRandom.for(seed, 'slow scoring');
      const runtime: ScoringRuntime = {
        name: 'zero',
        load: async () => {},
        unload: async () => {},
        close: async () => {},
        async score(version, windows) {
          for (let turns = slow.below(4); turns > 0; turns--) await new Promise(setImmediate);
          const { shape, definition } = stored.get(version)!.manifest;
          const n = windows.count * shape.rows * shape.scoredFeatures;
          return {
            featureErrors: featureErrors(shape, windows, new Float32Array(n)),
            latent: new Float32Array(0),
            reconstruction: new Float32Array(windows.count * strideRows(definition) * shape.scoredFeatures),
          };
        },
      };
      return { bundles, runtime, alternativeModels };
    },
    async close() {},
  };
}
