import type { BundleStore } from '../../pipelines/ports.ts';
import { evaluateThreshold } from '../../pipelines/thresholds/policies.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import type { ThresholdStep } from './api.ts';
import type { StreamModel } from './stream-model.ts';

/** What settings come to in anomalyScore under a model's holdout. Levels are remembered, holdouts are not. */
export class ThresholdLevels {
  readonly #bundles: BundleStore;
  readonly #levels = new Map<string, number>();

  constructor(bundles: BundleStore) {
    this.#bundles = bundles;
  }

  /** The level if it was worked out before, else null. */
  known(setting: ThresholdSetting, modelVersion: string): number | null {
    return this.#levels.get(keyOf(setting, modelVersion)) ?? null;
  }

  /** Errors: CUPOLA_MODEL_UNKNOWN, CUPOLA_BUNDLE_CORRUPT, CUPOLA_THRESHOLD_INVALID. */
  async level(setting: ThresholdSetting, modelVersion: string): Promise<number> {
    const known = this.known(setting, modelVersion);
    if (known !== null) return known;
    const { manifest } = await this.#bundles.get(modelVersion);
    const holdoutScores = manifest.holdoutErrors.map((error) => error / manifest.holdoutMedianError);
    const level = evaluateThreshold(setting, { holdoutScores });
    this.#levels.set(keyOf(setting, modelVersion), level);
    return level;
  }

  /** Works out every level of a stream that is not known; a bundle that cannot be read leaves its levels unknown. */
  async prepare(model: StreamModel): Promise<void> {
    for (const { setting, modelVersion, level } of this.steps(model)) {
      if (level !== null || modelVersion === null) continue;
      await this.level(setting, modelVersion).catch(() => null);
    }
  }

  /** What governed a stream when, ascending: a step wherever its setting or its model changed. */
  steps(model: StreamModel): readonly ThresholdStep[] {
    const changes = [...model.thresholds, ...model.models].map(({ effectiveFromMs }) => effectiveFromMs);
    const times = [...new Set(changes)].sort((a, b) => a - b);
    return times.flatMap((fromMs) => this.#stepAt(model, fromMs) ?? []);
  }

  #stepAt({ thresholds, models, definition }: StreamModel, fromMs: number): ThresholdStep | null {
    const record = thresholds.findLast(({ effectiveFromMs }) => effectiveFromMs <= fromMs);
    if (!record) return null;
    const governing = models.findLast(({ effectiveFromMs }) => effectiveFromMs <= fromMs);
    const modelVersion = governing?.modelVersion ?? record.modelVersion;
    const { setting, issuedBy, reason, commandId } = record;
    const level = modelVersion === null ? null : this.known(setting, modelVersion);
    const drawnFromMs = fromMs + (definition ? definition.windowLengthMs - definition.strideMs : 0);
    return { fromMs, drawnFromMs, level, setting, modelVersion, issuedBy, reason, commandId };
  }
}

function keyOf(setting: ThresholdSetting, modelVersion: string): string {
  const parameters = Object.entries(setting.parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([modelVersion, setting.policy, parameters]);
}
