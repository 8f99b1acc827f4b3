import { createHash } from 'node:crypto';
import type { ScalerParameters } from '../features/scaler.ts';
import type { ScoringRule } from '../scoring/scoring-rule.ts';
import type { StreamDefinition } from '../telemetry/stream-definition.ts';
import type { ThresholdSetting } from '../thresholds/threshold-setting.ts';
import type { ArchitectureDescription, WindowShape } from './architecture.ts';

/** A stretch of event time, half-open, with the windows that were used of it. */
export interface WindowRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly windows: number;
}

/** What was seen of one channel in training, in its own unit. */
export interface ChannelStatistics {
  readonly channelId: string;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly min: number;
  readonly max: number;
  /** Share of grid cells with no value. */
  readonly missingShare: number;
  /** The share of values at or below each of some, ascending; see training/value-distribution.ts. Left out by models of before. */
  readonly distribution?: { readonly upTo: readonly number[]; readonly share: readonly number[] } | undefined;
  /** The greatest distance that an eighth of the training had from that distribution; see training/drift.ts. */
  readonly farthestStretch?: number | undefined;
}

/** Error of one scored channel over the windows of a holdout, unweighted: its mean squared residual, unless a rule says else. */
export interface ChannelHoldoutErrors {
  readonly channelId: string;
  readonly median: number;
  readonly q90: number;
  readonly q99: number;
  readonly max: number;
}

/** Everything about a trained model but its weights. Plain JSON. */
export interface BundleManifest {
  readonly schemaVersion: 1;
  readonly architecture: ArchitectureDescription;
  readonly shape: WindowShape;
  readonly definition: StreamDefinition;
  readonly scaler: ScalerParameters;
  readonly training: WindowRange;
  readonly holdout: WindowRange;
  /** How residuals become errors; squared where it is left out. */
  readonly scoring?: ScoringRule | undefined;
  /** Weight of each scored channel in reconstructionError; see reconstruction-error.ts. */
  readonly channelWeights: readonly number[];
  /** reconstructionError of the newest holdout windows, at most 4096, oldest first. Bundles of before hold them ascending. */
  readonly holdoutErrors: readonly number[];
  /**
   * Errors of the newest strides of the holdout, at most 4096, oldest first, windows that overlap combined as the detector
   * does; see scoring/combined-strides.ts. Bundles of before lack it.
   */
  readonly holdoutStrideErrors?: readonly number[] | undefined;
  /** Distance between holdout windows; the stream's own stride where it is left out. */
  readonly holdoutStrideMs?: number | undefined;
  /** How well each scored channel was reconstructed on the holdout, in the definition's order. Bundles of before lack it. */
  readonly holdoutChannels?: readonly ChannelHoldoutErrors[] | undefined;
  /** Codes of some windows of the holdout; see scoring/normal-codes.ts. None where there is no code; bundles of before lack it. */
  readonly holdoutCodes?: readonly (readonly number[])[] | undefined;
  /** Median of all holdout errors: the unit of anomalyScore; greater than 0. */
  readonly holdoutMedianError: number;
  readonly threshold: ThresholdSetting;
  readonly statistics: readonly ChannelStatistics[];
  /** How the fit went: mean loss by epoch, and what ran it. Empty for models that are not trained by gradient. */
  readonly fit: {
    readonly seed: number;
    readonly backend: string;
    readonly epochs: readonly { readonly trainingLoss: number; readonly holdoutLoss: number }[];
    readonly bestEpoch: number;
  };
}

/** A trained model: what it is, and its weights as ONNX (null for models without weights, such as robust-limits). */
export interface Bundle {
  readonly manifest: BundleManifest;
  readonly onnx: Uint8Array | null;
}

/** The version of a bundle, derived from its content: `ARCHITECTURE-` and the first 12 hex digits of its SHA-256. */
export function bundleVersion(bundle: Bundle): string {
  const hash = createHash('sha256').update(canonicalJson(bundle.manifest));
  if (bundle.onnx) hash.update('\0').update(bundle.onnx);
  return `${bundle.manifest.architecture.name}-${hash.digest('hex').slice(0, 12)}`;
}

/** JSON with sorted keys, so that equal manifests have equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
