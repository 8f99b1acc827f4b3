import type { WindowShape } from '../../autoencoders/architecture.ts';
import {
  canonicalJson,
  type Bundle,
  type BundleManifest,
  type ChannelHoldoutErrors,
  type ChannelStatistics,
} from '../../autoencoders/bundle.ts';
import { declaredLayers, type DrawnModel } from '../../autoencoders/declared-layers.ts';
import { describeArchitectures } from '../../autoencoders/describe-architectures.ts';
import { graphLayers } from '../../autoencoders/graph-layers.ts';
import { OnnxGraphReader } from '../../autoencoders/onnx-graph-reader.ts';
import type { ChannelDefinition } from '../../telemetry/channel.ts';
import { latentUnits, type LatentUnits } from './latent-units.ts';
import { thresholdOnCard, type CardThreshold } from './card-threshold.ts';
import type { ActivatedWindow } from './activated-window.ts';

/** Everything that a model is, for people and scripts: plain JSON. */
export interface ModelCard {
  readonly version: string;
  readonly architecture: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly settings: readonly CardSetting[];
  };
  /** Layers from the window to its reconstruction; of an ensemble, those of every member. */
  readonly layers: readonly DrawnModel[];
  readonly shape: WindowShape;
  /** Weights that are not 0. */
  readonly weights: number;
  /** Of the whole bundle. */
  readonly bytes: number;
  readonly stream: Pick<BundleManifest['definition'], 'stream' | 'name' | 'intervalMs' | 'windowLengthMs' | 'strideMs'>;
  readonly training: BundleManifest['training'];
  readonly holdout: BundleManifest['holdout'] & { readonly medianError: number };
  readonly fit: BundleManifest['fit'];
  /** In the definition's order. */
  readonly channels: readonly CardChannel[];
  /** null where a model has no code. */
  readonly latent: LatentUnits | null;
  readonly threshold: CardThreshold;
  readonly versions: {
    /** Of the product that made the card. */
    readonly cupola: string;
    readonly backend: string;
    readonly bundleSchema: number;
    readonly streamDefinition: number;
    /** Of the ONNX model: null where there are no weights. */
    readonly opset: number | null;
    readonly producer: string | null;
  };
}

/** A setting as the model has it; `default` and `description` are null where its architecture declares none. */
export interface CardSetting {
  readonly name: string;
  readonly value: unknown;
  readonly default: unknown;
  readonly description: string | null;
}

/** A channel as the model knows it. */
export interface CardChannel extends Pick<ChannelDefinition, 'id' | 'name' | 'unit' | 'kind' | 'role'> {
  /** In training, in its own unit; null where the bundle has none. */
  readonly seen: Omit<ChannelStatistics, 'channelId'> | null;
  /** null for context, and in bundles of before. */
  readonly holdout: Omit<ChannelHoldoutErrors, 'channelId'> | null;
  /** In reconstructionError; null for context. */
  readonly weight: number | null;
}

/** The card of a bundle; `windows` are what its latent units are shown on, and may be none. */
export async function modelCard(
  version: string,
  bundle: Bundle,
  windows: readonly ActivatedWindow[],
  productVersion: string,
): Promise<ModelCard> {
  const { manifest, onnx } = bundle;
  const { definition, shape, architecture, fit } = manifest;
  const graph = onnx && new OnnxGraphReader(onnx);
  const { stream, name, intervalMs, windowLengthMs, strideMs } = definition;
  return {
    version,
    architecture: architectureOnCard(manifest),
    layers: declaredLayers(architecture, shape) ?? (graph ? [graphLayers(architecture.name, graph, shape)] : []),
    shape,
    weights: graph?.countWeights() ?? 0,
    bytes: new TextEncoder().encode(canonicalJson(manifest)).length + (onnx?.byteLength ?? 0),
    stream: { stream, name, intervalMs, windowLengthMs, strideMs },
    training: manifest.training,
    holdout: { ...manifest.holdout, medianError: manifest.holdoutMedianError },
    fit,
    channels: channelsOnCard(manifest),
    latent: graph && (await latentUnits(graph, manifest, windows)),
    threshold: thresholdOnCard(manifest),
    versions: {
      cupola: productVersion,
      backend: fit.backend,
      bundleSchema: manifest.schemaVersion,
      streamDefinition: definition.version,
      opset: graph?.model.opsetImport.find(({ domain }) => !domain)?.version ?? null,
      producer: graph?.model.producerName ?? null,
    },
  };
}

/** What is no architecture that can be trained. */
const others: Readonly<Record<string, { readonly title: string; readonly description: string }>> = {
  imported: { title: 'Model made elsewhere', description: 'Taken in as ONNX; its layers are those of its graph' },
  'robust-limits': { title: 'Robust limits', description: 'Median and MAD of each channel, until a model is trained' },
};

function architectureOnCard({ architecture }: BundleManifest): ModelCard['architecture'] {
  const { name, settings } = architecture;
  const known = describeArchitectures().find((one) => one.name === name);
  return {
    name,
    title: (known ?? others[name])?.title ?? name,
    description: (known ?? others[name])?.description ?? '',
    settings: Object.entries(settings).map(([setting, value]) => ({
      name: setting,
      value,
      default: known?.settings[setting]?.default ?? null,
      description: known?.settings[setting]?.description ?? null,
    })),
  };
}

function channelsOnCard({
  definition,
  statistics,
  holdoutChannels,
  channelWeights,
}: BundleManifest): readonly CardChannel[] {
  const scored = definition.channels.filter(({ role }) => role === 'scored');
  return definition.channels.map((channel) => {
    const { id, name, unit, kind, role } = channel;
    const weight = channelWeights[scored.indexOf(channel)] ?? null;
    return { id, name, unit, kind, role, weight, seen: without(id, statistics), holdout: without(id, holdoutChannels) };
  });
}

function without<T extends { readonly channelId: string }>(
  id: string,
  all: readonly T[] = [],
): Omit<T, 'channelId'> | null {
  const found = all.find(({ channelId }) => channelId === id);
  if (!found) return null;
  const { channelId: _, ...rest } = found;
  return rest;
}
