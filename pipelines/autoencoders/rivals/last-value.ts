import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureDescription, TrainableModel, WindowShape } from '../architecture.ts';
import { architectureInvalid } from '../architecture-settings.ts';
import { onnxNames, OnnxGraph } from '../onnx-export.ts';
import type { LastValueSettings } from './rival-settings.ts';
import { exportNoCode, noCode, rowsOf } from './scored-rows.ts';

/**
 * The naive forecast (Hyndman and Koehler, Another Look at Measures of Forecast Accuracy, 2006): y_t = x_(t-1). A window's
 * first row has none before and counts as predicted. Nothing is learnt.
 */
export function lastValue(description: ArchitectureDescription, shape: WindowShape): TrainableModel {
  const { inputLimit } = description.settings as LastValueSettings;
  const { rows, scoredFeatures } = shape;
  if (rows < 2) throw architectureInvalid(description.name, 'rows', rows, 'a window needs at least 2');
  return {
    description,
    shape,
    variables: [],
    objectives: [],
    encode: noCode,
    reconstruct(windows) {
      const before = rowsOf(tf.clipByValue(windows, -inputLimit, inputLimit), 0, rows - 1, scoredFeatures);
      return tf.concat([rowsOf(windows, 0, 1, scoredFeatures), before], 1);
    },
    exportOnnx() {
      const graph = new OnnxGraph();
      const scored = graph.slice(onnxNames.windows, { axis: 2, from: 0, to: scoredFeatures });
      const first = graph.slice(scored, { axis: 1, from: 0, to: 1 });
      const allButLast = graph.slice(scored, { axis: 1, from: 0, to: rows - 1 });
      const before = graph.add('Clip', [allButLast, graph.scalar(-inputLimit), graph.scalar(inputLimit)]);
      graph.add('Concat', [first, before], { axis: 1 }, onnxNames.reconstruction);
      return graph.encode(description.name, shape, exportNoCode(graph));
    },
    dispose() {},
  };
}
