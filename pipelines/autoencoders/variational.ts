import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../random.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { denseLayer, type DenseLayer } from './dense-layer.ts';
import { exportThrough, through } from './dense-stack.ts';
import { divergenceOf, drawn, gaussianEncoder, type GaussianEncoder } from './gaussian-code.ts';
import { reconstructionLoss, type TensorBatch } from './loss.ts';
import { outputActivation, type ObjectiveSettings } from './objective-settings.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';
import type { BetaVariationalSettings, VariationalSettings } from './variational-settings.ts';

/**
 * The variational autoencoder (Kingma and Welling, Auto-Encoding Variational Bayes, 2014): minimises, of D cells,
 * -ELBO = sum_cells -log p(x | z) + KL(q(z | x) || N(0, I)), scaled so that the first term is the loss of the settings, with
 * one draw of z a window and step; see gaussian-code.ts. Its code is the mean of q, and scoring reconstructs from that:
 * nothing is left to chance there.
 */
export function variational(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  return variationalAutoencoder(description, shape, seed, 1);
}

/** The variational autoencoder with beta times the divergence (Higgins et al., beta-VAE, 2017). */
export function betaVariational(
  description: ArchitectureDescription,
  shape: WindowShape,
  seed: number,
): TrainableModel {
  const { beta } = description.settings as BetaVariationalSettings;
  return variationalAutoencoder(description, shape, seed, beta);
}

/**
 * What a nat weighs beside the sum of the cells' losses, where -log p is of a cell that stands about what the decoder gives
 * by the deviation s: normally, or by Laplace's distribution, or as one of two states with this probability.
 */
const natWeights: Readonly<Record<ObjectiveSettings['loss'], (s: number) => number>> = {
  mse: (s) => 2 * s * s,
  huber: (s) => s * s,
  mae: (s) => s / Math.SQRT2,
  bce: () => 1,
};

function variationalAutoencoder(
  description: ArchitectureDescription,
  shape: WindowShape,
  seed: number,
  beta: number,
): TrainableModel {
  const settings = description.settings as VariationalSettings;
  const { inputLimit, noise } = settings;
  const { rows, features, scoredFeatures } = shape;
  const random = SeededRandom.for(seed, 'weights');
  const cells = rows * scoredFeatures;
  const encoder = gaussianEncoder(random, rows * features, settings);
  const decoder = decoderLayers(settings, cells, random);
  const variables = [...encoder.variables, ...decoder.flatMap((layer) => layer.variables)];
  const flat = (windows: tf.Tensor3D): tf.Tensor2D =>
    tf.reshape(tf.clipByValue(windows, -inputLimit, inputLimit), [-1, rows * features]);
  const decode = (z: tf.Tensor2D): tf.Tensor3D => tf.reshape(through(decoder, z), [-1, rows, scoredFeatures]);
  const natWeight = natWeights[settings.loss](noise) / cells;
  const loss = (batch: TensorBatch, random: SeededRandom): tf.Scalar => {
    const q = encoder.apply(flat(batch.windows));
    const ofCells = reconstructionLoss(batch, decode(drawn(q, random)), settings);
    return tf.add(ofCells, tf.mul(beta * natWeight, divergenceOf(q)));
  };
  const encode = (windows: tf.Tensor3D): tf.Tensor2D => encoder.apply(flat(windows)).mean;
  return {
    description,
    shape,
    variables,
    encode,
    reconstruct: (windows) => decode(encode(windows)),
    objectives: [{ variables, loss }],
    exportOnnx: () => exportLayers(encoder, decoder, description, shape),
    dispose: () => tf.dispose([...variables]),
  };
}

/** From the code outwards: the encoder's hidden layers mirrored. */
function decoderLayers(settings: VariationalSettings, cells: number, random: SeededRandom): DenseLayer[] {
  const { hidden, code, activation } = settings;
  const outward = [code, ...hidden.toReversed(), cells];
  return outward
    .slice(1)
    .map((units, index) =>
      denseLayer(random, outward[index]!, units, index < hidden.length ? activation : outputActivation(settings)),
    );
}

function exportLayers(
  encoder: GaussianEncoder,
  decoder: readonly DenseLayer[],
  { name, settings }: ArchitectureDescription,
  shape: WindowShape,
): Uint8Array {
  const { code, inputLimit } = settings as VariationalSettings;
  const { rows, features, scoredFeatures } = shape;
  const graph = new OnnxGraph();
  const limited = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
  const flat = graph.add('Reshape', [limited, graph.integers([-1, rows * features])]);
  const { mean } = encoder.export(graph, { name: flat, width: rows * features });
  const rebuilt = exportThrough(graph, decoder, mean, 'all cells');
  graph.add('Reshape', [rebuilt.name, graph.integers([-1, rows, scoredFeatures])], {}, onnxNames.reconstruction);
  return graph.encode(name, shape, code);
}
