import { bundleVersion, type Bundle } from '../autoencoders/bundle.ts';
import { decodeReconstruction } from '../features/decode-reconstruction.ts';
import { createWindowEncoder, type WindowEncoder } from '../features/encode-window.ts';
import { featureLayout, type FeatureLayout } from '../features/feature-layout.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { ScoredWindows } from '../ports.ts';
import type { WindowView } from '../windowing/stream-windower.ts';
import { channelErrors, errorsOfParts, reconstructionError } from './reconstruction-error.ts';
import type { WindowScore } from './score-event.ts';

/** What is known of a window before it is scored. */
export interface AwaitedWindow extends Pick<WindowView, 'startMs' | 'endMs' | 'missingShare' | 'backfill'> {
  /** A copy of its cells; empty unless the model decodes relatively. */
  readonly matrix: WindowMatrix;
}

/** A bundle made ready for use: how windows become its features, and its answers become score events. */
export class GoverningModel {
  readonly version: string;
  readonly bundle: Bundle;
  readonly layout: FeatureLayout;
  readonly encode: WindowEncoder;
  /** Whether decoding needs the window's own values: angles are put on the observed turn, counters on the row before. */
  readonly decodesRelatively: boolean;

  constructor(bundle: Bundle) {
    this.version = bundleVersion(bundle);
    this.bundle = bundle;
    this.layout = featureLayout(bundle.manifest.definition);
    this.encode = createWindowEncoder(this.layout, bundle.manifest.scaler);
    this.decodesRelatively = this.layout.scored.some(
      ({ definition: { kind } }) => kind === 'angle' || kind === 'counter',
    );
  }

  /** The score events of a batch of windows in its order; they share memory, which is that of `scored`. */
  scoreEvents(scored: ScoredWindows, windows: readonly AwaitedWindow[]): WindowScore[] {
    const { layout } = this;
    const { scaler, definition, channelWeights, holdoutMedianError, scoring } = this.bundle.manifest;
    const errors = new Float64Array(layout.scored.length);
    const strideErrors = errorsOfParts(layout, scored.strideErrors, channelWeights, scoring?.rule);
    return windows.map(({ startMs, endMs, missingShare, backfill, matrix }, index) => {
      channelErrors(layout, scored.featureErrors, index, errors, scoring?.rule);
      const { reconstructionError: error, contributions } = reconstructionError(errors, channelWeights, scoring?.rule);
      const newestStride = partOf(scored.reconstruction, index, windows.length);
      return {
        type: 'score',
        stream: definition.stream,
        definitionVersion: definition.version,
        windowStartMs: startMs,
        windowEndMs: endMs,
        modelVersion: this.version,
        reconstructionError: error,
        anomalyScore: error / holdoutMedianError,
        strideErrors: partOf(strideErrors, index, windows.length),
        rowErrors: partOf(scored.rowErrors, index, windows.length),
        contributions,
        latent: partOf(scored.latent, index, windows.length),
        reconstruction: decodeReconstruction(layout, scaler, newestStride, matrix),
        missingShare,
        backfill,
      };
    });
  }
}

/** One of `count` equal parts. */
function partOf(all: Float32Array, index: number, count: number): Float32Array {
  const length = all.length / count;
  return all.subarray(index * length, (index + 1) * length);
}
