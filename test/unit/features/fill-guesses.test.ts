import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillGuesses } from '../../../pipelines/features/fill-guesses.ts';
import { channelSchema, type ChannelDefinition } from '../../../pipelines/telemetry/channel.ts';

function filled(
  channel: Record<string, unknown>,
  values: readonly number[],
  mask: readonly number[],
): { values: number[]; mask: number[] } {
  const definition: ChannelDefinition = channelSchema.parse({ id: 'c', name: 'c', kind: 'real', ...channel });
  const window = fillGuesses([definition], { values: Float64Array.from(values), mask: Uint8Array.from(mask) });
  return { values: [...window.values], mask: [...window.mask] };
}

describe('guesses', () => {
  it('interpolate between what is known and hold it at the edges of the window', () => {
    const { values, mask } = filled({}, [0, 2, 0, 0, 8, 0], [0, 2, 0, 1, 2, 0]);
    assert.deepEqual(values, [2, 2, 4, 6, 8, 8]);
    assert.deepEqual(mask, [3, 2, 3, 3, 2, 3]);
  });

  it('leave alone what is carried on a channel that is sent on change: it is known', () => {
    const { values, mask } = filled({ onChange: true }, [5, 5, 9, 9], [2, 1, 2, 1]);
    assert.deepEqual(
      [values, mask],
      [
        [5, 5, 9, 9],
        [2, 1, 2, 1],
      ],
    );
  });

  it('hold values that do not add up: there is nothing between two states', () => {
    const states = [1, 4].map((value) => ({ value, label: String(value) }));
    const { values } = filled({ kind: 'enumeration', states }, [1, 0, 4], [2, 0, 2]);
    assert.deepEqual(values, [1, 1, 4]);
  });

  it('leave a channel of which nothing is known missing', () => {
    assert.deepEqual(filled({}, [7, 7], [1, 0]).mask, [0, 0]);
  });

  it('do not touch the window that they are asked of, nor copy one that is known', () => {
    const definition = channelSchema.parse({ id: 'c', name: 'c', kind: 'real' });
    const window = { values: Float64Array.of(1, 2), mask: Uint8Array.of(2, 2) };
    assert.equal(fillGuesses([definition], window), window);
    const holed = { values: Float64Array.of(1, 0), mask: Uint8Array.of(2, 0) };
    fillGuesses([definition], holed);
    assert.deepEqual(holed, { values: Float64Array.of(1, 0), mask: Uint8Array.of(2, 0) });
  });
});
