import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import { buildModel } from '../../pipelines/autoencoders/architectures.ts';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';

/** A dense autoencoder with random weights for the windows of another model; TensorFlow.js must have a backend. */
export function randomDense({ manifest }: Bundle): Bundle {
  const architecture = parseArchitecture('dense', { hidden: [12], code: 4, activation: 'tanh' });
  const model = buildModel(architecture, manifest.shape, 1);
  const onnx = model.exportOnnx();
  model.dispose();
  return { manifest: { ...manifest, architecture }, onnx };
}
