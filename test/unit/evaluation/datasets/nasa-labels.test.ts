import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeNasaLabels } from '../../../../pipelines/evaluation/datasets/nasa-labels.ts';

const file = new URL('../../../fixtures/datasets/nasa-smap-msl/labeled_anomalies.csv', import.meta.url);
const header = 'chan_id,spacecraft,anomaly_sequences,class,num_values';

test('every channel has its sequences, and one that stands twice has their union', () => {
  const labels = decodeNasaLabels(readFileSync(file), 'labels');
  assert.equal(labels.size, 40);
  assert.deepEqual(labels.get('P-2'), { spacecraft: 'SMAP', sequences: [[5300, 6575]], testRows: 8209 });
  assert.deepEqual(labels.get('G-7')?.sequences, [
    [3650, 3750],
    [5050, 5100],
    [7560, 7675],
  ]);
  assert.equal([...labels.values()].filter(({ spacecraft }) => spacecraft === 'MSL').length, 13);
});

const refusals: [string, string, RegExp][] = [
  ['another header', 'chan_id\n', /line 1 is chan_id, must be chan_id,spacecraft/],
  ['a line of another form', `${header}\nA-1,SMAP,[1],x`, /line 2 is A-1,SMAP/],
  [
    'a sequence beyond the last row',
    `${header}\nA-1,SMAP,"[[4, 9]]",[point],9`,
    /\[4, 9\], must be ascending rows below 9/,
  ],
  ['a sequence that ends before it starts', `${header}\nA-1,SMAP,"[[4, 3]]",[point],9`, /\[4, 3\], must be/],
  ['a sequence of one number', `${header}\nA-1,SMAP,"[[4]]",[point],9`, /anomaly_sequences is \[\[4\]\], must be/],
  ['two lengths', `${header}\nA-1,S,"[[1, 2]]",[p],9\nA-1,S,"[[1, 2]]",[p],8`, /line 3 num_values is 8, must be 9/],
];
for (const [what, text, message] of refusals) {
  test(`${what} is refused, naming line, value and bound`, () => {
    assert.throws(() => decodeNasaLabels(new TextEncoder().encode(text), 'labels'), message);
  });
}
