import type { WindowShape } from '../../pipelines/autoencoders/architecture.ts';
import type { FeatureWindows } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';

/** The shape of windows of {@link waves}. */
export const wavesShape: WindowShape = { rows: 8, features: 4, scoredFeatures: 3 };

/**
 * A toy problem: three channels on one wave, the fourth a context that tells its phase (normal); or each channel on a wave of its
 * own (abnormal). Values are about `middle`, as far from it as `amplitude`.
 */
export function waves(
  count: number,
  first: number,
  how: 'together' | 'apart',
  { middle, amplitude } = { middle: 0, amplitude: 1.4 },
): FeatureWindows {
  const random = SeededRandom.for(first, how);
  const { rows, features, scoredFeatures } = wavesShape;
  const cells = new Float32Array(count * rows * features);
  for (let window = 0, at = 0; window < count; window++) {
    const phase = random.between(0, 2 * Math.PI);
    const phases = Array.from({ length: features }, (_, c) => (how === 'apart' ? random.between(0, 6) : phase + c));
    for (let row = 0; row < rows; row++)
      for (const own of phases) {
        const value = 1.4 * Math.sin(own + row / 1.5) + 0.05 * random.normal();
        cells[at++] = middle + (amplitude / 1.4) * value;
      }
  }
  return { count, features: cells, weight: new Uint8Array(count * rows * scoredFeatures).fill(1) };
}
