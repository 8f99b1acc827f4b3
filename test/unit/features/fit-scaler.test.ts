import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allocateFeatureWindows, createWindowEncoder } from '../../../pipelines/features/encode-window.ts';
import { featureLayout, type FeatureLayout } from '../../../pipelines/features/feature-layout.ts';
import { fitScaler, unlearntScale, type ScalerMethod } from '../../../pipelines/features/fit-scaler.ts';
import type { WindowMatrix } from '../../../pipelines/features/transform-window.ts';
import { definitionOf } from '../../properties/window-arbitraries.ts';

const observed = (values: readonly number[]): WindowMatrix => ({
  values: Float64Array.from(values),
  mask: new Uint8Array(values.length).fill(2),
});
const layoutOf = (channel: Record<string, unknown>, rows = 4, strideRows = 4): FeatureLayout =>
  featureLayout(
    definitionOf([channel, { kind: 'real' }].slice(0, channel['role'] === 'context' ? 2 : 1), rows, strideRows),
  );
const encodeFirst = (layout: FeatureLayout, fitted: WindowMatrix, seen: WindowMatrix): Float32Array => {
  const into = allocateFeatureWindows(layout, 1);
  createWindowEncoder(layout, fitScaler(layout, 'robust', [fitted]))(seen, into, 0);
  return into.features;
};

describe('scaler', () => {
  it('takes mean and standard deviation, median and MAD, or least value and range, of the training rows', () => {
    const layout = layoutOf({ kind: 'real' }, 5, 5);
    const windows = [observed([1, 2, 3, 4, 100])];
    assert.deepEqual(fitScaler(layout, 'standard', windows), { center: [22], scale: [Math.sqrt(1522)] });
    assert.deepEqual(fitScaler(layout, 'robust', windows), { center: [3], scale: [1.4826] });
    assert.deepEqual(fitScaler(layout, 'min-max', windows), { center: [1], scale: [99] });
  });

  it('takes no scored channel to be quieter than its least deviation', () => {
    const windows = [observed([1, 1, 3, 3])];
    const scale = (channel: Record<string, unknown>): number =>
      fitScaler(layoutOf(channel), 'standard', windows).scale[0]!;
    assert.equal(scale({ kind: 'real', leastDeviation: 0.5 }), 1);
    assert.equal(scale({ kind: 'real', leastDeviation: 2 }), 2);
    assert.equal(scale({ kind: 'logarithmic', leastDeviation: 2 }), Math.log10(3) / 2);
  });

  it('counts a row once though windows overlap', () => {
    const layout = layoutOf({ kind: 'real' }, 2, 1);
    const windows = [observed([0, 0]), observed([0, 0]), observed([0, 8])];
    assert.equal(fitScaler(layout, 'standard', windows).center[0], 2);
  });

  it('leaves out what is missing', () => {
    const layout = layoutOf({ kind: 'real' });
    const window = { values: Float64Array.of(5, 0, 7, 0), mask: Uint8Array.of(2, 0, 1, 0) };
    assert.equal(fitScaler(layout, 'standard', [window]).center[0], 6);
  });

  for (const method of ['standard', 'robust', 'min-max'] as const satisfies ScalerMethod[])
    for (const constant of [0, 20.5, -3e5])
      it(`makes a channel constant at ${constant} in training score high once it moves (${method})`, () => {
        const layout = layoutOf({ kind: 'real' });
        const still = observed([constant, constant, constant, constant]);
        const moved = observed([constant, constant, constant, constant === 0 ? 1e-6 : constant * 1.001]);
        const into = allocateFeatureWindows(layout, 1);
        createWindowEncoder(layout, fitScaler(layout, method, [still]))(moved, into, 0);
        assert.deepEqual([...into.features.subarray(0, 3)], [0, 0, 0]);
        assert.ok(Math.abs(into.features[3]!) >= 100, `${into.features[3]}`);
      });

  it('falls back to the mean deviation where most rows hold one value', () => {
    const layout = layoutOf({ kind: 'real' });
    assert.deepEqual(fitScaler(layout, 'robust', [observed([5, 5, 5, 9])]), { center: [5], scale: [1.2533] });
  });

  it('hides a context channel that stood still in training from the model', () => {
    const layout = layoutOf({ kind: 'real', role: 'context' }, 1, 1);
    assert.equal(fitScaler(layout, 'standard', [observed([3, 1])]).scale[1], unlearntScale);
    assert.ok(Math.abs(encodeFirst(layout, observed([3, 1]), observed([300, 1]))[1]!) < 1e-20);
  });

  it('leaves a channel never seen in training at 0', () => {
    const layout = layoutOf({ kind: 'real' });
    const unseen = { values: new Float64Array(4), mask: new Uint8Array(4) };
    assert.ok(encodeFirst(layout, unseen, observed([1, 2, 3, 4])).every((feature) => Math.abs(feature) < 1e-20));
  });

  it('does not scale enumerations', () => {
    const layout = layoutOf({ kind: 'enumeration', states: [{ value: 1, label: 'ON' }] });
    const { center, scale } = fitScaler(layout, 'standard', [observed([1, 1, 1, 1])]);
    assert.deepEqual([center, scale], [[0], [1]]);
  });

  it('scales sine and cosine of an angle alike, so that a step is as long wherever it points', () => {
    const { scale } = fitScaler(layoutOf({ kind: 'angle' }), 'standard', [observed([88, 90, 92, 90])]);
    assert.equal(scale[0], scale[1]);
    const spread = Math.sqrt((2 * Math.sin((2 * Math.PI) / 180) ** 2) / 4);
    assert.ok(Math.abs(scale[0]! - spread) < 1e-6);
  });
});
