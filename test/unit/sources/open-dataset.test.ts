import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CupolaError } from '../../../pipelines/errors.ts';
import { openDataset } from '../../../services/sources/open-dataset.ts';

const dataDir = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));
const minute = 60_000;

async function withFiles(
  files: Record<string, string | Uint8Array>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cupola-dataset-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a channel of MSL is one scored value and its commands, training part first, with its labels', async () => {
  const [member] = await openDataset({ dataset: 'nasa-smap-msl', dataDir, member: 'T-9' });
  const { recording, timeline, labelled } = member!;
  const { channels, intervalMs, windowLengthMs, warmUpMs } = recording.definition;
  assert.deepEqual([timeline!.trainingRows, timeline!.testRows, recording.timeMs.length], [439, 1096, 1535]);
  assert.deepEqual([intervalMs, windowLengthMs, warmUpMs], [minute, 64 * minute, 439 * minute]);
  assert.deepEqual(
    [channels.length, channels[0]!.role, new Set(channels.slice(1).map(({ role }) => role))],
    [55, 'scored', new Set(['context'])],
  );
  assert.equal(recording.values[100 * 55], 0.333337844534185);
  assert.equal(recording.values[439 * 55], 0.6399670467432192);
  assert.equal(recording.values[(439 + 100) * 55], 0.6378966659770922);
  assert.deepEqual(labelled, [
    [780, 810],
    [890, 970],
  ]);
});

test('the halves of nasa-smap-msl are its spacecraft; the whole has both', async () => {
  for (const [dataset, expected] of [
    ['smap', ['A-8']],
    ['msl', ['T-9']],
    ['nasa-smap-msl', ['A-8', 'T-9']],
  ] as const) {
    const members = await openDataset({ dataset, dataDir });
    assert.deepEqual(
      members.map(({ name }) => name),
      expected,
    );
  }
});

test('a machine of SMD has its columns in their places, though its file is in Fortran order', async () => {
  const [member] = await openDataset({ dataset: 'smd', dataDir: join(dataDir, 'smd') });
  const { recording, labelled } = member!;
  const at = (160 + 70) * 38;
  const golden = [0.9696969985961914, 0.375357985496521, 0.9913070201873779, 0];
  assert.deepEqual(
    [0, 1, 5, 37].map((column) => recording.values[at + column]),
    golden,
  );
  assert.ok(recording.definition.channels.every(({ role }) => role === 'scored'));
  assert.deepEqual(labelled, [[60, 220]]);
});

test('options take the place of a data set’s own', async () => {
  const options = { windowRows: 100, strideRows: 1, staleAfterMs: 7 * minute };
  const [member] = await openDataset({ dataset: 'smap', dataDir, options });
  const { windowLengthMs, strideMs, staleAfterMs } = member!.recording.definition;
  assert.deepEqual([windowLengthMs, strideMs, staleAfterMs], [100 * minute, minute, 7 * minute]);
});

test('options that do not go together are refused', async () => {
  const options = { windowRows: 4, strideRows: 8 };
  await assert.rejects(openDataset({ dataset: 'smap', dataDir, options }), (error) => {
    assert.ok(error instanceof CupolaError);
    assert.deepEqual([error.code, error.subject.field], ['CUPOLA_STREAM_INVALID', 'A-8.strideMs']);
    return true;
  });
});

test('the logs of the station are read with their own times', async () => {
  const files = {
    'urine_tank_NODE3000005_log.csv.gz': gzipSync('2024-12-26 02:26:41, 12\n2024-12-26 02:27:57, 11\n'),
    'altitude_20250719_1min.csv': 'unix_timestamp,altitude_km\n1752937260,416.55485079672\n',
  };
  await withFiles(files, async (folder) => {
    const [tank] = await openDataset({ dataset: 'iss-urine-tank', dataDir: folder });
    const { definition, timeMs, values } = tank!.recording;
    assert.deepEqual([...timeMs], [Date.UTC(2024, 11, 26, 1, 26, 41), Date.UTC(2024, 11, 26, 1, 27, 57)]);
    assert.deepEqual([...values], [12, 11]);
    assert.deepEqual([definition.channels[0]!.id, definition.channels[0]!.onChange], ['NODE3000005', true]);
    assert.equal(definition.staleAfterMs, 60 * minute);
    const [altitude] = await openDataset({ dataset: 'iss-altitude', dataDir: folder });
    assert.deepEqual([...altitude!.recording.values], [416.55485079672]);
  });
});

test('any CSV file is a stream, with the interval that its times have', async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `${1_700_000_000 + 300 * i},${i}`);
  await withFiles({ '_room 1.csv': lines.join('\n'), 'room-2.csv.gz': gzipSync(lines.join('\n')) }, async (folder) => {
    const all = await openDataset({ dataset: 'csv', dataDir: folder });
    assert.deepEqual(all.map(({ name }) => name).sort(), ['_room 1', 'room-2']);
    const [one] = await openDataset({ dataset: 'csv', dataDir: join(folder, 'room-2.csv.gz') });
    const { stream, intervalMs, warmUpMs } = one!.recording.definition;
    assert.deepEqual([stream, intervalMs, warmUpMs], ['room-2', 300_000, 150 * 300_000]);
    assert.equal(all.find(({ name }) => name === '_room 1')!.recording.definition.stream, 'room-1');
  });
});

const missing: [string, Parameters<typeof openDataset>[0], RegExp][] = [
  ['data set', { dataset: 'nasa', dataDir }, /data set nasa is unknown, must be one of nasa-smap-msl, smap, msl/],
  ['channel', { dataset: 'smap', dataDir, member: 'T-9' }, /channel is T-9, must be all, or one of A-8/],
  ['folder', { dataset: 'smd', dataDir: join(dataDir, 'none') }, /dataDir is .*none, must be a folder that holds smd/],
  [
    'file',
    { dataset: 'iss-altitude', dataDir },
    /dataDir is .*, must be a folder that holds recordings of iss-altitude/,
  ],
];
for (const [what, request, message] of missing) {
  test(`a ${what} that is not there is refused with what there is`, async () => {
    await assert.rejects(openDataset(request), (error) => {
      assert.ok(error instanceof CupolaError);
      assert.equal(error.code, 'CUPOLA_DATASET_NOT_FOUND');
      assert.match(error.message, message);
      return true;
    });
  });
}

test('of a data set that is there in part, the file that is missing is named, with what belongs to the set', async () => {
  await withFiles({ 'other.txt': '' }, async (folder) => {
    const layout =
      /neither .*labeled_anomalies.csv nor .*; smap consists of labeled_anomalies.csv, train\/NAME.npy, test/;
    await assert.rejects(openDataset({ dataset: 'smap', dataDir: folder, member: 'A-8' }), layout);
    await cp(join(dataDir, 'nasa-smap-msl'), folder, { recursive: true });
    await rm(join(folder, 'test/A-8.npy.gz'));
    const request = { dataset: 'nasa-smap-msl', dataDir: folder };
    await assert.rejects(openDataset({ ...request, member: 'A-8' }), /neither .*test\/A-8.npy nor/);
    assert.deepEqual(
      (await openDataset(request)).map(({ name }) => name),
      ['T-9'],
    );
  });
});

test('a channel that is not there is refused with the nearest names', async () => {
  const files = Object.fromEntries(
    ['P-1', 'P-2', 'P-3', 'Q-9', 'X-5', 'Y-6', 'Z-7'].map((name) => [`${name}.csv`, '1,2\n']),
  );
  await withFiles(files, async (folder) => {
    const request = { dataset: 'csv', dataDir: folder, member: 'P-33' };
    await assert.rejects(
      openDataset(request),
      /channel is P-33, must be all, or one of P-3, P-1, P-2, .* and 2 others$/,
    );
  });
});

test('a damaged gzip file and a CSV without a row are refused', async () => {
  const damaged = gzipSync('1,2\n').subarray(0, 15);
  await withFiles({ 'a.csv.gz': damaged, 'b.csv': 'time,value\n' }, async (folder) => {
    await assert.rejects(openDataset({ dataset: 'csv', dataDir: folder, member: 'a' }), /cannot be decompressed/);
    await assert.rejects(
      openDataset({ dataset: 'csv', dataDir: folder, member: 'b' }),
      /rows is none, must be at least/,
    );
  });
});
