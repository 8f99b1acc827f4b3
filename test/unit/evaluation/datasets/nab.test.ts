import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nab } from '../../../../pipelines/evaluation/datasets/nab.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const member = 'realTraffic/speed';
const at = (minute: number): string => `2015-09-01 ${String(minute / 60).padStart(2, '0')}:00:00`;

function filesWith(windows: unknown): Map<string, Uint8Array> {
  // The sixth row repeats the time of the fifth, as when a clock is set back.
  const hours = [...Array.from({ length: 5 }, (_, hour) => hour), 4, 5, 6, 7, 8];
  const lines = hours.map((hour, row) => `${at(60 * hour)},${row}`);
  return new Map([
    ['labels/combined_windows.json', encode(typeof windows === 'string' ? windows : JSON.stringify(windows))],
    [`data/${member}.csv`, encode(['timestamp,value', ...lines].join('\n'))],
  ]);
}

const options = { windowRows: 4 };

test('a series has its windows as rows of the whole of it, and a stream named after it', () => {
  const windows = [
    [`${at(60)}.000000`, `${at(120)}.000000`],
    [`${at(300)}.000000`, `${at(480)}.000000`],
  ];
  const { recording, timeline, labelled } = nab.decode(member, filesWith({ [`${member}.csv`]: windows }), options);
  assert.deepEqual(labelled, [
    [1, 2],
    [6, 9],
  ]);
  assert.equal(timeline, null);
  assert.deepEqual([...recording.values], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { stream, intervalMs } = recording.definition;
  assert.deepEqual([stream, intervalMs], ['realTraffic-speed', 3_600_000]);
});

test('its members are the labelled series that are there', () => {
  const files = filesWith({ [`${member}.csv`]: [], 'realTraffic/other.csv': [] });
  assert.deepEqual(nab.members(['data/README.md', `data/${member}.csv`, 'data/unlabelled.csv'], files), [member]);
});

test('windows that are not as they should be are refused by name', () => {
  const refusals: [unknown, RegExp][] = [
    [
      { [`${member}.csv`]: [[at(60), '2015-09-01 01:30:00']] },
      /combined_windows.json realTraffic\/speed is 2015-09-01 01:30:00, must be the time of a row/,
    ],
    [{ other: [] }, /combined_windows.json is without realTraffic\/speed, must be/],
    [
      { [`${member}.csv`]: [[at(60)]] },
      /combined_windows.json is .*, must be an object with pairs of times by series/s,
    ],
    ['{', /combined_windows.json is not JSON, must be/],
  ];
  for (const [windows, message] of refusals)
    assert.throws(() => nab.decode(member, filesWith(windows), options), message);
});
