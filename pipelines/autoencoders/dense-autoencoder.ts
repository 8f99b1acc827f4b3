import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../random.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import type { DenseLayer, ExportedValue } from './dense-layer.ts';
import type { DenseSettings } from './dense-settings.ts';
import { denseStack, exportThrough, through, type DenseStack } from './dense-stack.ts';
import { trainLayerByLayer, type StackEnds } from './layer-wise-start.ts';
import { reconstructionLoss, scoredPrefix, type TensorBatch } from './loss.ts';
import { outputActivation } from './objective-settings.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';
import { startAtPrincipalComponents } from './principal-start.ts';

/** What an encoder saw in a training step and made of it. */
export interface Encoding {
  /** [batch, rows x features]. */
  readonly x: tf.Tensor2D;
  /** [batch, code]. */
  readonly code: tf.Tensor2D;
  /** Outermost layer first; the last gives the code. */
  readonly encoder: readonly DenseLayer[];
}

/** What becomes of the code layer's output: [batch, code] to [batch, code]. */
export interface CodeSelection {
  apply(code: tf.Tensor2D): tf.Tensor2D;
  export(graph: OnnxGraph, code: ExportedValue, output: string): ExportedValue;
}

/** What makes a dense autoencoder one of its kind, beside its settings. */
export interface DenseTraits {
  /** What training steps see in place of the windows; the windows are to be reconstructed all the same. */
  readonly corrupt?: (windows: tf.Tensor3D, random: SeededRandom) => tf.Tensor3D;
  /** Is added to the loss of a training step. */
  readonly penalty?: (encoding: Encoding, random: SeededRandom) => tf.Scalar;
  readonly select?: CodeSelection;
}

/**
 * An autoencoder of fully connected layers over the whole window: hidden layers, a code, the hidden layers mirrored. Where
 * it is linear and its code narrower than the window it starts at the principal components; where it has hidden layers it may be
 * trained layer by layer first.
 */
export function denseAutoencoder(
  description: ArchitectureDescription,
  shape: WindowShape,
  seed: number,
  { corrupt, penalty, select }: DenseTraits = {},
): TrainableModel {
  const settings = description.settings as unknown as DenseSettings;
  const { inputLimit, weightDecay } = settings;
  const { rows, scoredFeatures } = shape;
  const seen = seenPart(settings, shape);
  const random = SeededRandom.for(seed, 'weights');
  const stack = denseStack(settings, seen, outputActivation(settings), random);
  const { encoder, decoder } = stack;
  const variables = [...encoder, ...decoder].flatMap((layer) => layer.variables);

  const flat = (windows: tf.Tensor3D): tf.Tensor2D =>
    tf.reshape(tf.clipByValue(scoredPrefix(windows, seen.features), -inputLimit, inputLimit), [
      -1,
      rows * seen.features,
    ]);
  const codeOf = (x: tf.Tensor2D): tf.Tensor2D => {
    const output = through(encoder, x);
    return select ? select.apply(output) : output;
  };
  const toRows = (y: tf.Tensor2D): tf.Tensor3D => tf.reshape(y, [-1, rows, scoredFeatures]);
  const ends: StackEnds = { flat, loss: (batch, y) => reconstructionLoss(batch, toRows(y), settings) };
  const loss = (batch: TensorBatch, random: SeededRandom): tf.Scalar => {
    const x = flat(corrupt ? corrupt(batch.windows, random) : batch.windows);
    const code = codeOf(x);
    let sum = ends.loss(batch, through(decoder, code));
    if (penalty) sum = tf.add(sum, penalty({ x, code, encoder }, random));
    if (weightDecay > 0) sum = tf.add(sum, tf.mul(weightDecay, squaredWeights(variables)));
    return sum;
  };
  return {
    description,
    shape,
    variables,
    encode: (windows) => codeOf(flat(windows)),
    reconstruct: (windows) => toRows(through(decoder, codeOf(flat(windows)))),
    objectives: [{ variables, loss }],
    async startFrom(windows, minimise) {
      if (settings.hidden.length > 0) await trainLayerByLayer(stack, ends, minimise, settings.pretrainEpochs);
      else if (!select && isLinear(settings) && settings.code < rows * seen.features)
        await startAtPrincipalComponents(stack, seen, windows, flat, random);
    },
    exportOnnx: () => exportModel(description, shape, stack, select),
    dispose: () => tf.dispose([...variables]),
  };
}

/** What of a window is among the inputs: all of it, or the scored features, which stand first. */
function seenPart({ seesContext }: DenseSettings, shape: WindowShape): WindowShape {
  return seesContext ? shape : { ...shape, features: shape.scoredFeatures };
}

/** Whether one layer in and one out are linear both. */
function isLinear(settings: DenseSettings): boolean {
  return settings.codeActivation === 'linear' && outputActivation(settings) === 'linear';
}

/** Of all kernels; biases do not count. */
function squaredWeights(variables: readonly tf.Variable[]): tf.Scalar {
  const kernels = variables.filter(({ rank }) => rank === 2);
  return kernels.map((kernel) => tf.sum<tf.Scalar>(tf.square(kernel))).reduce((sum, squares) => tf.add(sum, squares));
}

function exportModel(
  { name, settings }: ArchitectureDescription,
  shape: WindowShape,
  { encoder, decoder }: DenseStack,
  select?: CodeSelection,
): Uint8Array {
  const { code, inputLimit } = settings as unknown as DenseSettings;
  const { rows, scoredFeatures } = shape;
  const { features } = seenPart(settings as unknown as DenseSettings, shape);
  const graph = new OnnxGraph();
  const limited = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
  const seen = features === shape.features ? limited : graph.slice(limited, { axis: 2, from: 0, to: features });
  const flat = graph.add('Reshape', [seen, graph.integers([-1, rows * features])]);
  const x = { name: flat, width: rows * features };
  const encoded = select
    ? select.export(graph, exportThrough(graph, encoder, x, 'all of the code'), onnxNames.code)
    : exportThrough(graph, encoder, x, onnxNames.code);
  const rebuilt = exportThrough(graph, decoder, encoded, 'all cells');
  graph.add('Reshape', [rebuilt.name, graph.integers([-1, rows, scoredFeatures])], {}, onnxNames.reconstruction);
  return graph.encode(name, shape, code);
}
