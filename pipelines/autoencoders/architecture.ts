import type * as tf from '@tensorflow/tfjs';
import type { FeatureWindows } from '../ports.ts';
import type { SeededRandom } from '../random.ts';
import type { FitControl, FitCourse, FitRequest } from './fit.ts';
import type { TensorBatch } from './loss.ts';

/** The shape of what a model sees: `features` columns a row, of which the first `scoredFeatures` are reconstructed. */
export interface WindowShape {
  readonly rows: number;
  readonly features: number;
  readonly scoredFeatures: number;
}

/** An architecture by name with its settings: enough, with a shape and a seed, to build it again. */
export interface ArchitectureDescription {
  readonly name: string;
  readonly settings: Readonly<
    Record<string, number | string | boolean | readonly number[] | readonly ArchitectureDescription[]>
  >;
}

/**
 * An autoencoder architecture: one file each, listed in architectures.ts, its settings declared in architecture-settings.ts. It
 * builds a model with random weights, the same for the same seed, from a description whose settings were checked. Errors:
 * CUPOLA_ARCHITECTURE_INVALID for settings that do not go with the shape.
 *
 * Models map [batch, rows, features] to [batch, rows, scoredFeatures] in scaled units, through a latent code [batch, code].
 */
export type Architecture = (description: ArchitectureDescription, shape: WindowShape, seed: number) => TrainableModel;

/** Something that training minimises. */
export interface Objective {
  /** What a step changes. */
  readonly variables: readonly tf.Variable[];
  /** A differentiable scalar of a training batch; what chance it takes is of `random`. */
  loss(batch: TensorBatch, random: SeededRandom): tf.Scalar;
}

/** Minimises an objective over the training windows for some epochs. */
export type Minimise = (objective: Objective, epochs: number) => Promise<void>;

/** A model being trained: plain TensorFlow.js variables and two pure functions over them. */
export interface TrainableModel {
  readonly description: ArchitectureDescription;
  readonly shape: WindowShape;
  readonly variables: readonly tf.Variable[];
  /** [batch, rows, features] to [batch, code]. */
  encode(windows: tf.Tensor3D): tf.Tensor2D;
  /** [batch, rows, features] to [batch, rows, scoredFeatures]. */
  reconstruct(windows: tf.Tensor3D): tf.Tensor3D;
  /**
   * What a training step minimises, in this order, each with an optimiser of its own (an adversary has two sides); the
   * first one's loss is the one reported. By default the loss of the settings, over all variables. The holdout is judged by the
   * mean squared residual whatever a model was trained by, so that models can be compared. None where there is nothing to
   * descend: startFrom then fits the model all by itself.
   */
  readonly objectives?: readonly Objective[];
  /** Sets the weights from what the model is to be trained on, or trains it in parts, where that is a better start than chance. */
  startFrom?(windows: FeatureWindows, minimise: Minimise): Promise<void>;
  /** Fits the model in a way of its own, in place of all that fitModel does: a model made of others. */
  fit?(request: FitRequest, control: FitControl): Promise<FitCourse>;
  /** The weights as an ONNX model; see onnx-export.ts for its inputs and outputs. */
  exportOnnx(): Uint8Array;
  dispose(): void;
}
