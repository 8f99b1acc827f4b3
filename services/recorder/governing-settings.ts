import type { ModelSetting, ThresholdRecord } from '../../pipelines/commands.ts';
import type { BundleStore } from '../../pipelines/ports.ts';
import { ThresholdLevels, type ThresholdStep } from '../../pipelines/thresholds/threshold-levels.ts';

interface StreamSettings {
  readonly thresholds: ThresholdRecord[];
  readonly models: ModelSetting[];
}

type Setting = ThresholdRecord | ModelSetting;

/** Thresholds and models of a partition's streams, and what they come to. Settings are few and kept for ever. */
export class GoverningSettings {
  readonly #levels: ThresholdLevels;
  readonly #streams = new Map<string, StreamSettings>();

  constructor(bundles: BundleStore) {
    this.#levels = new ThresholdLevels(bundles);
  }

  /** Settings in the order of their topic; what was refused never governs. */
  take(settings: readonly Setting[]): void {
    for (const setting of settings) {
      if (setting.refusedBecause !== null) continue;
      const { thresholds, models } = this.#of(setting.stream);
      if ('setting' in setting) thresholds.push(setting);
      else models.push(setting);
    }
  }

  /**
   * The steps that settings which were taken last may have changed. A step follows from all settings that take effect by
   * its time, whichever of the topics they were read from first: each setting renews those at its own time and after.
   */
  async stepsSince(settings: readonly Setting[]): Promise<ThresholdStep[]> {
    const changed = Map.groupBy(settings, ({ stream }) => stream);
    const steps = await Promise.all([...changed].map(([stream, some]) => this.#stepsFrom(stream, earliestMs(some))));
    return steps.flat();
  }

  async #stepsFrom(stream: string, fromMs: number): Promise<ThresholdStep[]> {
    const settings = this.#of(stream);
    await this.#levels.prepare(settings);
    return this.#levels.steps(settings).filter((step) => step.fromMs >= fromMs);
  }

  #of(stream: string): StreamSettings {
    let settings = this.#streams.get(stream);
    if (!settings) this.#streams.set(stream, (settings = { thresholds: [], models: [] }));
    return settings;
  }
}

function earliestMs(settings: readonly Setting[]): number {
  return Math.min(...settings.map(({ effectiveFromMs }) => effectiveFromMs));
}
