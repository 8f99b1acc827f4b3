import type { ModelSetting, ThresholdRecord } from '../commands.ts';
import type { BundleStore } from '../ports.ts';
import { beginJudge } from './policies.ts';
import { thresholdCalibration, type CalibratedManifest } from './threshold-calibration.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

/** What was set for one stream, in the order in which it was written; what was refused is not among it. */
export interface StreamSettings {
  readonly thresholds: readonly ThresholdRecord[];
  readonly models: readonly ModelSetting[];
}

/** What governs a stream from an event time on. */
export interface ThresholdStep {
  readonly stream: string;
  /** Start of the first window that it governs. */
  readonly fromMs: number;
  /** In anomalyScore, to begin with where the policy adapts; null where the model's bundle cannot be read. */
  readonly level: number | null;
  readonly setting: ThresholdSetting;
  readonly modelVersion: string | null;
  readonly issuedBy: string;
  readonly reason: string;
  readonly commandId: string | null;
}

/**
 * The anomalyScore above which a window violates, under a setting that parseThreshold accepted and a model's holdout; the
 * level to begin with where the policy adapts.
 */
export function thresholdLevel(setting: ThresholdSetting, manifest: CalibratedManifest): number {
  return beginJudge(setting, thresholdCalibration(manifest, setting)).level;
}

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
    const level = thresholdLevel(setting, manifest);
    this.#levels.set(keyOf(setting, modelVersion), level);
    return level;
  }

  /** Works out every level of a stream that is not known; a bundle that cannot be read leaves its levels unknown. */
  async prepare(settings: StreamSettings): Promise<void> {
    for (const { setting, modelVersion, level } of this.steps(settings)) {
      if (level !== null || modelVersion === null) continue;
      await this.level(setting, modelVersion).catch(() => null);
    }
  }

  /** What governed a stream when, ascending: a step wherever its setting or its model changed. */
  steps(settings: StreamSettings): readonly ThresholdStep[] {
    const changes = [...settings.thresholds, ...settings.models].map(({ effectiveFromMs }) => effectiveFromMs);
    const times = [...new Set(changes)].sort((a, b) => a - b);
    return times.flatMap((fromMs) => this.#stepAt(settings, fromMs) ?? []);
  }

  #stepAt({ thresholds, models }: StreamSettings, fromMs: number): ThresholdStep | null {
    const record = thresholds.findLast(({ effectiveFromMs }) => effectiveFromMs <= fromMs);
    if (!record) return null;
    const governing = models.findLast(({ effectiveFromMs }) => effectiveFromMs <= fromMs);
    const modelVersion = governing?.modelVersion ?? record.modelVersion;
    const { stream, setting, issuedBy, reason, commandId } = record;
    const level = modelVersion === null ? null : this.known(setting, modelVersion);
    return { stream, fromMs, level, setting, modelVersion, issuedBy, reason, commandId };
  }
}

function keyOf(setting: ThresholdSetting, modelVersion: string): string {
  const parameters = Object.entries(setting.parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([modelVersion, setting.policy, parameters]);
}
