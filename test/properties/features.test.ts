import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { decodeReconstruction } from '../../pipelines/features/decode-reconstruction.ts';
import { allocateFeatureWindows, createWindowEncoder, featureLimit } from '../../pipelines/features/encode-window.ts';
import { featureLayout, type ChannelColumns } from '../../pipelines/features/feature-layout.ts';
import { fitScaler, type ScalerMethod } from '../../pipelines/features/fit-scaler.ts';
import type { WindowMatrix } from '../../pipelines/features/transform-window.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { definition, window } from './window-arbitraries.ts';

const method = fc.constantFrom<ScalerMethod[]>('standard', 'robust', 'min-max');
const definitionWithWindows = (anyValue?: fc.Arbitrary<number>): fc.Arbitrary<[StreamDefinition, WindowMatrix[]]> =>
  definition.chain((of) => fc.tuple(fc.constant(of), fc.array(window(of, anyValue), { minLength: 1, maxLength: 6 })));

const covered = (columns: readonly ChannelColumns[]): number[] =>
  columns.flatMap(({ offset, width }) => Array.from({ length: width }, (_, index) => offset + index));

describe('feature layout', () => {
  it('puts scored features first and covers every column exactly once', () => {
    fc.assert(
      fc.property(definition, (of) => {
        const layout = featureLayout(of);
        assert.deepEqual(covered(layout.scored), [...Array(layout.scoredFeatures).keys()]);
        assert.deepEqual(covered([...layout.scored, ...layout.context]), [...Array(layout.features).keys()]);
        assert.deepEqual(
          [...layout.scored, ...layout.context].map(({ channel }) => channel).toSorted((a, b) => a - b),
          [...of.channels.keys()],
        );
      }),
    );
  });
});

describe('window encoder', () => {
  it('gives finite features within the limit whatever the values, and a scale above 0 whatever the training', () => {
    const anyFinite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(definitionWithWindows(anyFinite), method, ([of, windows], how) => {
        const layout = featureLayout(of);
        const scaler = fitScaler(layout, how, windows);
        assert.ok(scaler.scale.every((scale) => scale > 0 && Number.isFinite(scale)));
        assert.ok(scaler.center.every(Number.isFinite));
        const into = allocateFeatureWindows(layout, 1);
        for (const one of windows) {
          createWindowEncoder(layout, scaler)(one, into, 0);
          assert.ok(into.features.every((feature) => Math.abs(feature) <= featureLimit));
        }
      }),
    );
  });

  it('writes a window into its own place in a batch, the same wherever that is', () => {
    fc.assert(
      fc.property(definitionWithWindows(), method, ([of, windows], how) => {
        const layout = featureLayout(of);
        const encode = createWindowEncoder(layout, fitScaler(layout, how, windows));
        const batch = allocateFeatureWindows(layout, windows.length);
        windows.forEach((one, index) => encode(one, batch, index));
        windows.forEach((one, index) => {
          const alone = allocateFeatureWindows(layout, 1);
          encode(one, alone, 0);
          const { length } = alone.features;
          assert.deepEqual(batch.features.slice(index * length, (index + 1) * length), alone.features);
          const weights = alone.weight.length;
          assert.deepEqual(batch.weight.slice(index * weights, (index + 1) * weights), alone.weight);
        });
      }),
    );
  });

  it('weighs what was observed, or carried on a channel sent on change, and nothing that is a guess', () => {
    fc.assert(
      fc.property(definitionWithWindows(), method, ([of, windows], how) => {
        const layout = featureLayout(of);
        const encode = createWindowEncoder(layout, fitScaler(layout, how, windows));
        const into = allocateFeatureWindows(layout, 1);
        encode(windows[0]!, into, 0);
        const { mask } = windows[0]!;
        for (const { channel, definition, offset, width } of layout.scored)
          for (let row = 0; row < layout.rows; row++)
            for (let column = offset; column < offset + width; column++) {
              const cell = row * layout.channels + channel;
              const least = definition.onChange ? 1 : 2;
              const isKnown =
                mask[cell]! >= least &&
                (definition.kind !== 'counter' || (row > 0 && mask[cell - layout.channels]! >= least));
              assert.equal(into.weight[row * layout.scoredFeatures + column], isKnown ? 1 : 0);
            }
      }),
    );
  });

  it('is undone by decoding, for every value that was observed', () => {
    fc.assert(
      fc.property(definitionWithWindows(), method, ([of, windows], how) => {
        const layout = featureLayout(of);
        const { rows, strideRows, scored, scoredFeatures, features } = layout;
        const scaler = fitScaler(layout, how, windows);
        const into = allocateFeatureWindows(layout, 1);
        const one = windows[0]!;
        createWindowEncoder(layout, scaler)(one, into, 0);
        const newest = new Float32Array(strideRows * scoredFeatures);
        for (let cell = 0; cell < newest.length; cell++) {
          const row = rows - strideRows + Math.floor(cell / scoredFeatures);
          newest[cell] = into.features[row * features + (cell % scoredFeatures)]!;
        }
        const decoded = decodeReconstruction(layout, scaler, newest, one);
        scored.forEach(({ channel, definition, offset }, index) => {
          for (let row = 0; row < strideRows; row++) {
            const at = rows - strideRows + row;
            if (into.weight[at * scoredFeatures + offset] === 0) continue;
            if (Math.abs(into.features[at * features + offset]!) === featureLimit) continue;
            const value = one.values[at * layout.channels + channel]!;
            const found = decoded[row * scored.length + index]!;
            // float32 keeps 24 bits of the scaled value and of the result; log10 turns an absolute error into a relative one.
            const spread = Math.abs(value) + scaler.scale[offset]! * Math.abs(into.features[at * features + offset]!);
            const tolerance = definition.kind === 'logarithmic' ? 1e-4 * value : 1e-6 * (spread + 400);
            assert.ok(Math.abs(found - value) <= tolerance, `${definition.kind}: ${found} for ${value}`);
          }
        });
      }),
      { numRuns: 300 },
    );
  });
});
