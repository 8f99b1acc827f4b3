import type * as tf from '@tensorflow/tfjs';
import type { FeatureWindows } from '../ports.ts';

/** The shape of what a model sees: `features` columns a row, of which the first `scoredFeatures` are reconstructed. */
export interface WindowShape {
  readonly rows: number;
  readonly features: number;
  readonly scoredFeatures: number;
}

/** An architecture by name with its settings: enough, with a shape and a seed, to build it again. */
export interface ArchitectureDescription {
  readonly name: string;
  readonly settings: Readonly<Record<string, number | string | boolean | readonly number[]>>;
}

/**
 * An autoencoder architecture: one file each, listed in architectures.ts.
 *
 * Models map [batch, rows, features] to [batch, rows, scoredFeatures] in scaled units, through a latent code [batch, code].
 */
export interface Architecture {
  readonly name: string;
  /** Checks settings and fills defaults; throws CUPOLA_ARCHITECTURE_INVALID naming setting, value and bound. */
  parse(settings: unknown): ArchitectureDescription;
  build(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel;
}

/** A model being trained: plain TensorFlow.js variables and two pure functions over them. */
export interface TrainableModel {
  readonly description: ArchitectureDescription;
  readonly shape: WindowShape;
  readonly variables: readonly tf.Variable[];
  /** [batch, rows, features] to [batch, code]. */
  encode(windows: tf.Tensor3D): tf.Tensor2D;
  /** [batch, rows, features] to [batch, rows, scoredFeatures]. */
  reconstruct(windows: tf.Tensor3D): tf.Tensor3D;
  /** Sets the weights from what the model is to be trained on, where that is a better start than chance. */
  startFrom?(windows: FeatureWindows): Promise<void>;
  /** The weights as an ONNX model; see onnx-export.ts for its inputs and outputs. */
  exportOnnx(): Uint8Array;
  dispose(): void;
}
