import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { FeatureWindows, ScoredWindows, ScoringRuntime } from '../../../pipelines/ports.ts';

/** Windows that are tried: more than a runtime takes at once. */
const mostWindows = 260;
/** Parts of them that are scored by themselves: [from, how many]. */
const parts = [
  [0, 1],
  [0, 2],
  [0, 7],
  [1, 64],
  [3, 129],
  [0, mostWindows],
] as const;

/** Whether a runtime gives bit-equal errors, codes and reconstructions of windows whatever batch they stand in (law 2). */
export async function isSameWhateverBatch(
  bundle: Bundle,
  windows: FeatureWindows,
  runtime: ScoringRuntime,
): Promise<boolean> {
  const version = `tried ${bundleVersion(bundle)}`;
  await runtime.load(version, bundle);
  try {
    const count = Math.min(mostWindows, windows.count);
    const all = await runtime.score(version, someOf(windows, 0, count));
    for (const [from, many] of parts) {
      const to = Math.min(count, from + many);
      const ends = [
        [from, to],
        [count - (to - from), count],
      ] as const;
      for (const [first, last] of ends) {
        const scored = await runtime.score(version, someOf(windows, first, last));
        if (!isSame(all, scored, first, last, count)) return false;
      }
    }
    return true;
  } finally {
    await runtime.unload(version);
  }
}

/** A copy: a runtime owns what it is given. */
function someOf({ count, features, weight }: FeatureWindows, from: number, to: number): FeatureWindows {
  const [cells, weights] = [features.length / count, weight.length / count];
  return {
    count: to - from,
    features: features.slice(from * cells, to * cells),
    weight: weight.slice(from * weights, to * weights),
  };
}

function isSame(all: ScoredWindows, part: ScoredWindows, from: number, to: number, count: number): boolean {
  return (['featureErrors', 'strideErrors', 'rowErrors', 'latent', 'reconstruction'] as const).every((field) => {
    const width = all[field].length / count;
    const expected = all[field].subarray(from * width, to * width);
    return expected.length === part[field].length && expected.every((value, at) => Object.is(value, part[field][at]));
  });
}
