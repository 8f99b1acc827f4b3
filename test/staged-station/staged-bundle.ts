import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { windowLengthMs, type StagedStream } from './craft.ts';
import { stagedHoldoutCodes } from './staged-code.ts';

/** A bundle with a plausible holdout and no weights. */
export function stagedBundle({ definition, channels }: StagedStream, architecture: string, atMs: number): Bundle {
  const random = SeededRandom.for(7, `${definition.stream}/${architecture}`);
  const holdoutErrors = Array.from({ length: 200 }, () => Math.exp(random.normal() * 0.16)).sort((a, b) => a - b);
  const hour = 3_600_000;
  return {
    onnx: null,
    manifest: {
      schemaVersion: 1,
      architecture: { name: architecture, settings: {} },
      shape: { rows: 64, features: channels.length, scoredFeatures: channels.length },
      definition,
      scaler: { center: channels.map(({ base }) => base), scale: channels.map(({ swing }) => swing || 1) },
      training: { fromMs: atMs - 10 * hour, toMs: atMs - 2 * hour, windows: 180 },
      holdout: { fromMs: atMs - 2 * hour, toMs: atMs - windowLengthMs, windows: 40 },
      channelWeights: channels.map(() => 1),
      holdoutErrors,
      ...(architecture === 'robust-limits' ? {} : { holdoutCodes: stagedHoldoutCodes(definition.stream, 60) }),
      holdoutMedianError: holdoutErrors[100]!,
      threshold: { policy: 'mean-sigma', parameters: { k: 10 } },
      statistics: [],
      fit: { seed: 7, backend: 'staged', epochs: [{ trainingLoss: 0.9, holdoutLoss: 1 }], bestEpoch: 0 },
    },
  };
}
