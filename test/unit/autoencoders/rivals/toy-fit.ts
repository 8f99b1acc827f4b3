import * as tf from '@tensorflow/tfjs';
import { parseArchitecture, type ArchitectureName } from '../../../../pipelines/autoencoders/architecture-settings.ts';
import type { TrainableModel, WindowShape } from '../../../../pipelines/autoencoders/architecture.ts';
import { buildModel } from '../../../../pipelines/autoencoders/architectures.ts';
import { fitModel, type FitControl, type FitRequest } from '../../../../pipelines/autoencoders/fit.ts';
import type { FeatureWindows } from '../../../../pipelines/ports.ts';

const how = { seed: 5, batchSize: 32, learningRate: 0.01, maxEpochs: 3, patience: 3 };

/** A model fitted on these windows and judged by them. */
export async function fittedOn(
  windows: FeatureWindows,
  shape: WindowShape,
  [name, settings]: readonly [ArchitectureName, Readonly<Record<string, unknown>>],
  { control, ...request }: Partial<FitRequest> & { readonly control?: FitControl } = {},
): Promise<TrainableModel> {
  const model = buildModel(parseArchitecture(name, settings), shape, 5);
  const steady: FitControl = { onProgress() {}, verdict: () => 'go on' };
  await fitModel(model, { training: windows, holdout: windows, ...how, ...request }, control ?? steady);
  return model;
}

/** What a model makes of windows: count x rows x scoredFeatures. */
export function reconstructed(model: TrainableModel, { count, features }: FeatureWindows): Float32Array {
  const { rows } = model.shape;
  return tf.tidy(() =>
    model
      .reconstruct(tf.tensor3d(features, [count, rows, model.shape.features]))
      .dataSync<'float32'>()
      .slice(),
  );
}

/** Windows of these cells, row-major, all of which count. */
export function windowsOf(shape: WindowShape, cells: ArrayLike<number>): FeatureWindows {
  const count = cells.length / (shape.rows * shape.features);
  const weight = new Uint8Array(count * shape.rows * shape.scoredFeatures).fill(1);
  return { count, features: Float32Array.from(cells), weight };
}
