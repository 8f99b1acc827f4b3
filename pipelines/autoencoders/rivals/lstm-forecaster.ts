import * as tf from '@tensorflow/tfjs-core';
import { SeededRandom } from '../../random.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from '../architecture.ts';
import { lstmLayer } from '../lstm-layer.ts';
import { forecasting, pastRows, type PastReader } from './forecasting.ts';
import type { LstmForecasterSettings } from './rival-settings.ts';

/**
 * The LSTM forecaster (Malhotra et al., Long Short Term Memory Networks for Anomaly Detection in Time Series, 2015; Hundman et
 * al., Detecting Spacecraft Anomalies Using LSTMs and Nonparametric Dynamic Thresholding, 2018): the code is the last state
 * of an LSTM that has read all rows before the forecast.
 */
export function lstmForecaster(description: ArchitectureDescription, shape: WindowShape, seed: number): TrainableModel {
  const { units, layers: count } = description.settings as LstmForecasterSettings;
  const random = SeededRandom.for(seed, 'weights');
  const steps = pastRows(description, shape);
  const { features } = shape;
  const layers = Array.from({ length: count }, (_, index) =>
    lstmLayer(random, index === 0 ? features : units, units, { steps, direction: 'forward', input: 'sequence' }),
  );
  const reader: PastReader = {
    variables: layers.flatMap((layer) => layer.variables),
    code: units,
    apply(past) {
      const batch = past.shape[0];
      const timeMajor = tf.reshape<tf.Rank.R2>(tf.transpose(past, [1, 0, 2]), [-1, features]);
      const states = layers.reduce((value, layer) => layer.apply(value), timeMajor);
      return tf.slice(states, [(steps - 1) * batch, 0], [batch, units]);
    },
    export(graph, past, output) {
      let sequence = graph.add('Transpose', [past], { perm: [1, 0, 2] });
      let last = '';
      for (const layer of layers) {
        const given = layer.export(graph, sequence);
        sequence = graph.add('Squeeze', [given.states, graph.integers([1])]);
        last = given.last;
      }
      return { name: graph.add('Squeeze', [last, graph.integers([0])], {}, output), width: units };
    },
  };
  return forecasting(description, shape, reader, random);
}
