import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEcg5000 } from '../../../../pipelines/evaluation/datasets/ecg5000.ts';

const samples = Array.from({ length: 140 }, (_, i) => `  ${(i / 10 - 7).toExponential(7)}`);
const decode = (text: string): ReturnType<typeof decodeEcg5000> => decodeEcg5000(new TextEncoder().encode(text), 'ecg');

test('a line is a class and 140 samples', () => {
  const { classes, rows, columns, values } = decode(
    `   1.0000000e+00${samples.join('')}\n   5.0000000e+00${samples.toReversed().join('')}\n`,
  );
  assert.deepEqual([[...classes], rows, columns, values.length], [[1, 5], 2, 140, 280]);
  assert.deepEqual([values[0], values[139], values[140], values[279]], [-7, 6.9, 6.9, -7]);
});

test('a heartbeat that is not one is refused by its number', () => {
  const refusals: [string, RegExp][] = [
    ['', /ecg lines is 0/],
    [`6${samples.join('')}`, /ecg heartbeat 1 class is 6, must be a class from 1 to 5/],
    [`1${samples.join('')}\n1${samples.slice(1).join('')}`, /ecg heartbeat 2 samples is 139, must be 140/],
    [`1${samples.join('').replace('e-1', 'x')}`, /ecg heartbeat 1 sample \d+ is NaN, must be a finite number/],
  ];
  for (const [text, message] of refusals) assert.throws(() => decode(text), message);
});
