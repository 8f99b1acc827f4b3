import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../../random.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from '../architecture.ts';
import { denseLayer } from '../dense-layer.ts';
import { exportThrough, through } from '../dense-stack.ts';
import { forecasting, pastRows, type PastReader } from './forecasting.ts';
import type { ForecasterSettings } from './rival-settings.ts';

/** The dense forecaster: the code is f(x_past) of fully connected layers over all rows before the forecast. */
export function forecaster(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const { hidden, activation } = description.settings as ForecasterSettings;
  const random = SeededRandom.for(seed, 'weights');
  const width = pastRows(description, shape) * shape.features;
  const layers = hidden.map((units, index) => denseLayer(random, hidden[index - 1] ?? width, units, activation));
  const reader: PastReader = {
    variables: layers.flatMap((layer) => layer.variables),
    code: hidden.at(-1)!,
    apply: (past) => through(layers, tf.reshape(past, [-1, width])),
    export: (graph, past, output) =>
      exportThrough(graph, layers, { name: graph.add('Reshape', [past, graph.integers([-1, width])]), width }, output),
  };
  return forecasting(description, shape, reader, random);
}
