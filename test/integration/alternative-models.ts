import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { Preparation, Prepared } from '../../pipelines/detector.ts';
import type { BundleStore } from '../../pipelines/ports.ts';
import { SettingsTimeline } from '../../pipelines/settings-timeline.ts';
import { createAdmission } from '../../pipelines/telemetry/admission.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { useBestBackend } from '../../services/adapters/tfjs/backends.ts';
import { SimulatorSource } from '../../services/sources/simulator/simulator-source.ts';
import { randomDense } from '../simulation/random-dense.ts';

/** Models that a station's streams can be switched to: limits fitted on another station, and a small dense model. */
export class AlternativeModels {
  readonly #bundles: readonly (readonly Bundle[])[];
  readonly #definitions: readonly StreamDefinition[];

  private constructor(definitions: readonly StreamDefinition[], bundles: readonly (readonly Bundle[])[]) {
    this.#definitions = definitions;
    this.#bundles = bundles;
  }

  /** Models fitted on the warm-up of the station with this seed. */
  static async fit(seed: number): Promise<AlternativeModels> {
    const source = new SimulatorSource({ seed, historyOrbits: 1, faults: false, clock: systemClock });
    const definitions = await source.definitions();
    const limits = await warmUp(source, definitions);
    await useBestBackend();
    return new AlternativeModels(
      definitions,
      limits.map((bundle) => [bundle, randomDense(bundle)]),
    );
  }

  /** Stores the models and returns their versions by stream. */
  async store(bundles: BundleStore): Promise<ReadonlyMap<string, readonly string[]>> {
    const versions = new Map<string, readonly string[]>();
    for (const [index, { stream }] of this.#definitions.entries())
      versions.set(stream, await Promise.all(this.#bundles[index]!.map((bundle) => bundles.put(bundle))));
    return versions;
  }
}

/** What each stream's warm-up ends with. */
async function warmUp(source: SimulatorSource, definitions: readonly StreamDefinition[]): Promise<Bundle[]> {
  const admission = createAdmission(source.name, definitions);
  const preparations = new Map(
    definitions.map((definition) => [
      definition.stream,
      new Preparation(definition, new SettingsTimeline(), new Map()),
    ]),
  );
  const fitted = new Map<string, Bundle>();
  for await (const { samples, ingestTimeMs } of source.read(null, new AbortController().signal)) {
    if (samples === null) continue;
    for (const batch of admission.admit(samples, ingestTimeMs).batches) {
      const prepared = new Prepared();
      preparations.get(batch.stream)!.push(batch, prepared);
      for (const { bundle } of prepared.fitted) fitted.set(batch.stream, bundle);
    }
    if (fitted.size === definitions.length) break;
  }
  return definitions.map(({ stream }) => fitted.get(stream)!);
}
