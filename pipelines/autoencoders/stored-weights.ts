import * as tf from '@tensorflow/tfjs-core';
import { CupolaError } from '../errors.ts';
import type { TrainableModel } from './architecture.ts';
import { floatsOf } from './onnx-graph-reader.ts';
import { decodeOnnxModel, onnxType, type OnnxTensor } from './onnx-schema.ts';

/** Whole numbers that float32 tells apart. */
const mostWeights = 2 ** 24;

/** Where each weight of a model stands in its export: which initialiser, and where in it; -1 of what is not exported. */
interface WeightPlaces {
  readonly tensor: Int32Array;
  readonly index: Int32Array;
}

/**
 * Gives a model the weights of an exported one with layers of the same sizes, so that it exports the same. What serves training
 * alone, such as an adversary, is in no export and stays as it is.
 *
 * No architecture says where its weights go: they are found by exporting the model with each weight numbered, once with the
 * number and once with its negative, between which constants of the graph do not change.
 *
 * Errors: CUPOLA_MODEL_UNSUITED where sizes differ, naming both.
 */
export function takeStoredWeights(model: TrainableModel, onnx: Uint8Array): void {
  const kept = model.variables.map((variable) => variable.dataSync<'float32'>().slice());
  const places = placesOf(model);
  model.variables.forEach((variable, index) => assign(variable, kept[index]!));
  const stored = initializersOf(onnx);
  refuseOtherSizes(initializersOf(model.exportOnnx()), stored);
  const values = stored.map(floatsOf);
  let weight = 0;
  model.variables.forEach((variable, index) => {
    const own = kept[index]!;
    for (let at = 0; at < own.length; at++, weight++) {
      const tensor = places.tensor[weight]!;
      if (tensor >= 0) own[at] = values[tensor]![places.index[weight]!]!;
    }
    assign(variable, own);
  });
}

/** Leaves the weights numbered. */
function placesOf(model: TrainableModel): WeightPlaces {
  const total = model.variables.reduce((sum, { size }) => sum + size, 0);
  if (total >= mostWeights)
    throw new CupolaError('CUPOLA_MODEL_UNSUITED', `the model has ${total} weights`, {
      field: 'startFrom',
      value: total,
      bound: `a model of less than ${mostWeights} weights`,
    });
  const [numbered, negative] = [1, -1].map((sign) => {
    let first = 1;
    for (const variable of model.variables) {
      assign(
        variable,
        Float32Array.from({ length: variable.size }, (_, at) => sign * (first + at)),
      );
      first += variable.size;
    }
    return initializersOf(model.exportOnnx());
  });
  const places = { tensor: new Int32Array(total).fill(-1), index: new Int32Array(total) };
  numbered!.forEach((tensor, which) => {
    const opposite = floatsOf(negative![which]!);
    floatsOf(tensor).forEach((value, index) => {
      if (value < 1 || value > total || value !== -opposite[index]!) return;
      places.tensor[value - 1] = which;
      places.index[value - 1] = index;
    });
  });
  return places;
}

function assign(variable: tf.Variable, values: Float32Array): void {
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

/** The float32 ones, in their order. */
function initializersOf(onnx: Uint8Array): readonly OnnxTensor[] {
  return decodeOnnxModel(onnx).graph.initializer.filter(({ dataType }) => dataType === onnxType.float);
}

function refuseOtherSizes(own: readonly OnnxTensor[], stored: readonly OnnxTensor[]): void {
  const [wanted, found] = [own, stored].map((tensors) =>
    tensors.map(({ dims }) => (dims.length === 0 ? '1' : dims.join(' x '))).join(', '),
  );
  if (wanted === found) return;
  throw new CupolaError('CUPOLA_MODEL_UNSUITED', `the weights to start from are ${found}; the model's are ${wanted}`, {
    field: 'startFrom',
    value: found,
    bound: `layers of the same sizes: ${wanted}`,
  });
}
