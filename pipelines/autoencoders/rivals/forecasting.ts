import * as tf from '@tensorflow/tfjs-core';
import type { SeededRandom } from '../../random.ts';
import type { ArchitectureDescription, TrainableModel, WindowShape } from '../architecture.ts';
import { architectureInvalid } from '../architecture-settings.ts';
import { denseLayer, type ExportedValue } from '../dense-layer.ts';
import { outputActivation, type ObjectiveSettings } from '../objective-settings.ts';
import { onnxNames, OnnxGraph } from '../onnx-export.ts';
import { rowsOf } from './scored-rows.ts';

/** What reads the rows before the forecast: [batch, pastRows, features] to a code. */
export interface PastReader {
  readonly variables: readonly tf.Variable[];
  /** Units of the code. */
  readonly code: number;
  apply(past: tf.Tensor3D): tf.Tensor2D;
  /** Adds it to a graph; the code is to have this name. */
  export(graph: OnnxGraph, past: string, output: string): ExportedValue;
}

type ForecastSettings = ObjectiveSettings & { readonly forecastShare: number };

/** How many rows of a window are before the forecast. At least one row is predicted, and at least one seen. */
export function pastRows({ name, settings }: ArchitectureDescription, { rows }: WindowShape): number {
  const { forecastShare } = settings as unknown as ForecastSettings;
  if (rows < 2) throw architectureInvalid(name, 'rows', rows, 'a window needs at least 2');
  return Math.min(Math.max(rows - Math.round(forecastShare * rows), 1), rows - 1);
}

/**
 * A forecaster of a window's newest rows: y = W [f(x_past), context ahead] + b through the code f(x_past). The context of the
 * rows ahead is given, since commands are known when they are sent. The rows before are given back as they are, so
 * that they have no residual.
 */
export function forecasting(
  description: ArchitectureDescription,
  shape: WindowShape,
  reader: PastReader,
  random: SeededRandom,
): TrainableModel {
  const settings = description.settings as unknown as ForecastSettings;
  const { inputLimit } = settings;
  const { rows, features, scoredFeatures } = shape;
  const past = pastRows(description, shape);
  const ahead = rows - past;
  const contextWidth = ahead * (features - scoredFeatures);
  const output = denseLayer(random, reader.code + contextWidth, ahead * scoredFeatures, outputActivation(settings));
  const variables = [...reader.variables, ...output.variables];

  const clipped = (windows: tf.Tensor3D): tf.Tensor3D => tf.clipByValue(windows, -inputLimit, inputLimit);
  const encode = (windows: tf.Tensor3D): tf.Tensor2D => reader.apply(rowsOf(clipped(windows), 0, past, features));
  const withContext = (code: tf.Tensor2D, windows: tf.Tensor3D): tf.Tensor2D => {
    if (contextWidth === 0) return code;
    const context = tf.slice(clipped(windows), [0, past, scoredFeatures], [-1, ahead, features - scoredFeatures]);
    return tf.concat([code, tf.reshape<tf.Rank.R2>(context, [-1, contextWidth])], 1);
  };
  return {
    description,
    shape,
    variables,
    encode,
    reconstruct(windows) {
      const forecast = output.apply(withContext(encode(windows), windows));
      const before = rowsOf(windows, 0, past, scoredFeatures);
      return tf.concat([before, tf.reshape<tf.Rank.R3>(forecast, [-1, ahead, scoredFeatures])], 1);
    },
    exportOnnx() {
      const graph = new OnnxGraph();
      const x = graph.add('Clip', [onnxNames.windows, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
      const seen = reader.export(graph, graph.slice(x, { axis: 1, from: 0, to: past }), onnxNames.code);
      let inputs = seen.name;
      if (contextWidth > 0) {
        const rowsAhead = graph.slice(x, { axis: 1, from: past, to: rows });
        const context = graph.slice(rowsAhead, { axis: 2, from: scoredFeatures, to: features });
        const flat = graph.add('Reshape', [context, graph.integers([-1, contextWidth])]);
        inputs = graph.add('Concat', [seen.name, flat], { axis: 1 });
      }
      const forecast = output.export(graph, { name: inputs, width: seen.width + contextWidth }, 'forecast');
      const asRows = graph.add('Reshape', [forecast.name, graph.integers([-1, ahead, scoredFeatures])]);
      const scored = graph.slice(onnxNames.windows, { axis: 2, from: 0, to: scoredFeatures });
      const before = graph.slice(scored, { axis: 1, from: 0, to: past });
      graph.add('Concat', [before, asRows], { axis: 1 }, onnxNames.reconstruction);
      return graph.encode(description.name, shape, reader.code);
    },
    dispose: () => tf.dispose([...variables]),
  };
}
