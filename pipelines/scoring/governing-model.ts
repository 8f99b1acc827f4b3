import { bundleVersion, type Bundle } from '../autoencoders/bundle.ts';
import { decodeReconstruction } from '../features/decode-reconstruction.ts';
import { createWindowEncoder, type WindowEncoder } from '../features/encode-window.ts';
import { featureLayout, type FeatureLayout } from '../features/feature-layout.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { ScoredWindows } from '../ports.ts';
import { channelErrors, reconstructionError } from './reconstruction-error.ts';
import type { WindowScore } from './score-event.ts';

/** What is known of a window before it is scored. */
export interface WindowFacts {
  readonly startMs: number;
  readonly endMs: number;
  readonly missingShare: number;
  readonly backfill: boolean;
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

  /** The score event of window `index` of a scored batch. */
  scoreEvent(scored: ScoredWindows, index: number, facts: WindowFacts, window: WindowMatrix): WindowScore {
    const { manifest } = this.bundle;
    const { layout } = this;
    const errors = new Float64Array(layout.scored.length);
    channelErrors(layout, scored.featureErrors, index, errors);
    const { reconstructionError: error, contributions } = reconstructionError(errors, manifest.channelWeights);
    const strideLength = layout.strideRows * layout.scoredFeatures;
    const codeLength = (scored.latent.length / scored.featureErrors.length) * layout.scoredFeatures;
    const stride = scored.reconstruction.subarray(index * strideLength, (index + 1) * strideLength);
    return {
      type: 'score',
      stream: manifest.definition.stream,
      definitionVersion: manifest.definition.version,
      windowStartMs: facts.startMs,
      windowEndMs: facts.endMs,
      modelVersion: this.version,
      reconstructionError: error,
      anomalyScore: error / manifest.holdoutMedianError,
      contributions,
      latent: scored.latent.slice(index * codeLength, (index + 1) * codeLength),
      reconstruction: decodeReconstruction(layout, manifest.scaler, stride, window),
      missingShare: facts.missingShare,
      backfill: facts.backfill,
    };
  }
}
