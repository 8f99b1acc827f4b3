import type { ArchitectureDescription, WindowShape } from '../autoencoders/architecture.ts';
import type { Bundle } from '../autoencoders/bundle.ts';
import { CupolaError } from '../errors.ts';

/** Whether a model can lend its weights to one of this architecture and shape, but for the sizes of its layers. */
export function isOfSameShape(
  { manifest, onnx }: Bundle,
  { name }: ArchitectureDescription,
  shape: WindowShape,
): boolean {
  return onnx !== null && manifest.architecture.name === name && shapeText(manifest.shape) === shapeText(shape);
}

/**
 * The weights that a fit of this architecture and shape starts from.
 *
 * Errors: CUPOLA_MODEL_UNSUITED, naming both. (Layers of other sizes are refused where the weights are taken.)
 */
export function weightsToStartFrom(
  bundle: Bundle,
  architecture: ArchitectureDescription,
  shape: WindowShape,
): Uint8Array {
  const { manifest, onnx } = bundle;
  if (onnx && isOfSameShape(bundle, architecture, shape)) return onnx;
  const given = `${manifest.architecture.name} over ${shapeText(manifest.shape)}`;
  const bound = `${architecture.name} over ${shapeText(shape)}`;
  throw new CupolaError('CUPOLA_MODEL_UNSUITED', `the model to start from is ${given}, must be ${bound}`, {
    field: 'startFrom',
    value: given,
    bound,
  });
}

function shapeText({ rows, features, scoredFeatures }: WindowShape): string {
  return `windows of ${rows} rows x ${features} features (${scoredFeatures} scored)`;
}
