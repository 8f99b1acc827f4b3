import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { corrupted } from '../../../pipelines/autoencoders/corruption.ts';
import type { CorruptionSettings } from '../../../pipelines/autoencoders/dense-settings.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

const [batch, rows, features] = [40, 10, 5];
const none: CorruptionSettings = { gaussian: 0, masking: 0, channelDropout: 0 };

/** Windows of ones, corrupted. */
function corruptedOnes(settings: Partial<CorruptionSettings>, seed = 1): Float32Array {
  return tf.tidy(() => {
    const windows = tf.ones<tf.Rank.R3>([batch, rows, features]);
    return corrupted(windows, { ...none, ...settings }, new SeededRandom(seed)).dataSync<'float32'>();
  });
}

describe('corruption', () => {
  before(useWasmBackend);

  it('adds normal noise of the standard deviation asked for', () => {
    const noise = corruptedOnes({ gaussian: 0.5 }).map((value) => value - 1);
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length);
    assert.ok(Math.abs(mean) < 0.05 && Math.abs(deviation - 0.5) < 0.05, `${mean} ${deviation}`);
  });

  it('masks a share of the cells, and nothing else', () => {
    const cells = corruptedOnes({ masking: 0.3 });
    const masked = cells.filter((value) => value === 0).length / cells.length;
    assert.ok(Math.abs(masked - 0.3) < 0.05, `${masked}`);
    assert.ok(cells.every((value) => value === 0 || value === 1));
  });

  it('drops whole columns of single windows', () => {
    const cells = corruptedOnes({ channelDropout: 0.4 });
    let dropped = 0;
    for (let window = 0; window < batch; window++)
      for (let column = 0; column < features; column++) {
        const values = Array.from({ length: rows }, (_, row) => cells[(window * rows + row) * features + column]);
        assert.equal(new Set(values).size, 1);
        if (values[0] === 0) dropped++;
      }
    assert.ok(Math.abs(dropped / (batch * features) - 0.4) < 0.1, `${dropped}`);
  });

  it('depends on the seed and on nothing else', () => {
    const settings = { gaussian: 0.1, masking: 0.1, channelDropout: 0.1 };
    assert.deepEqual(corruptedOnes(settings), corruptedOnes(settings));
    assert.notDeepEqual(corruptedOnes(settings), corruptedOnes(settings, 2));
    assert.ok(corruptedOnes({}).every((value) => value === 1));
  });
});
