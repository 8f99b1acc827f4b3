import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import { decodeReconstruction } from '../../../pipelines/features/decode-reconstruction.ts';
import {
  allocateRawFeatures,
  counterStep,
  transformWindow,
  type RawFeatures,
} from '../../../pipelines/features/transform-window.ts';
import { definitionOf } from '../../properties/window-arbitraries.ts';

const transformed = (
  channel: Record<string, unknown>,
  values: readonly number[],
  mask?: readonly number[],
): RawFeatures => {
  const layout = featureLayout(definitionOf([channel], values.length, 1));
  const into = allocateRawFeatures(layout);
  transformWindow(
    layout,
    { values: Float64Array.from(values), mask: Uint8Array.from(mask ?? values.map(() => 2)) },
    into,
  );
  return into;
};

describe('window transform', () => {
  it('differences a counter across its rollover, and has no difference after a missing row', () => {
    const { values, mask } = transformed(
      { kind: 'counter', rolloverAt: 100 },
      [97, 99, 2, 0, 7, 8],
      [2, 2, 2, 0, 2, 1],
    );
    assert.deepEqual([...values], [0, 2, 3, 0, 0, 1]);
    assert.deepEqual([...mask], [0, 2, 2, 0, 0, 2]);
  });

  it('takes a small fall of a counter for a fall, not for nearly a whole turn', () => {
    assert.equal(counterStep(10, 9, 65536), -1);
    assert.equal(counterStep(65535, 0, 65536), 1);
  });

  it('gives angles one period apart the same features', () => {
    const { values } = transformed({ kind: 'angle', period: 360 }, [30, 390, -330]);
    for (const row of [1, 2]) {
      assert.ok(Math.abs(values[row * 2]! - 0.5) < 1e-12);
      assert.ok(Math.abs(values[row * 2 + 1]! - Math.sqrt(3) / 2) < 1e-12);
    }
  });

  it('takes the logarithm of a value of 0 or below as that of the smallest float32', () => {
    assert.deepEqual(
      [...transformed({ kind: 'logarithmic' }, [1000, 0, -5]).values].map((value) => Math.round(value)),
      [3, -38, -38],
    );
  });

  it('gives a value that is no declared state no state at all', () => {
    const states = [0, 1].map((value) => ({ value, label: `${value}` }));
    assert.deepEqual([...transformed({ kind: 'enumeration', states }, [1, 9]).values], [0, 1, 0, 0]);
  });
});

describe('decoded reconstruction', () => {
  it('gives an angle on the turn that was observed', () => {
    const layout = featureLayout(definitionOf([{ kind: 'angle', period: 360 }], 1, 1));
    const scaler = { center: [0, 0], scale: [1, 1] };
    const at = (values: number, mask: number): number =>
      decodeReconstruction(layout, scaler, Float32Array.of(-1, 0), {
        values: Float64Array.of(values),
        mask: Uint8Array.of(mask),
      })[0]!;
    assert.equal(at(-80, 2), -90);
    assert.equal(at(265, 2), 270);
    assert.equal(at(0, 0), 270);
  });

  it('gives a counter as the row before plus the difference, and NaN where that row is missing', () => {
    const layout = featureLayout(definitionOf([{ kind: 'counter', rolloverAt: 100 }], 3, 2));
    const scaler = { center: [1], scale: [2] };
    const window = { values: Float64Array.of(0, 98, 3), mask: Uint8Array.of(0, 2, 2) };
    assert.deepEqual([...decodeReconstruction(layout, scaler, Float32Array.of(0, 2), window)], [Number.NaN, 3]);
  });
});
