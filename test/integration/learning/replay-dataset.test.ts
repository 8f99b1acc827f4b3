import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CupolaError } from '../../../pipelines/errors.ts';
import type { RowRange } from '../../../pipelines/evaluation/datasets/row-range.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { openOnnxRuntime } from '../../../services/adapters/onnx/onnx-runtime.ts';
import { openTfjsTraining } from '../../../services/adapters/tfjs/tfjs-training.ts';
import {
  replayDataset,
  replayMembers,
  type ReplayDatasetRequest,
  type ReplayProgress,
} from '../../../services/host/replay-dataset.ts';
import type { ChannelReport, ReplayReport } from '../../../services/host/replay-report.ts';
import { openDataset } from '../../../services/sources/open-dataset.ts';
import { npyBytes } from '../../unit/evaluation/datasets/npy-bytes.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));
const minute = 60_000;
const hour = 60 * minute;
const labelsHeader = 'chan_id,spacecraft,anomaly_sequences,class,num_values';

const ports = { backend: await openTfjsTraining(), runtime: await openOnnxRuntime() };
after(() => Promise.all([ports.backend.close(), ports.runtime.close()]));

/** replayDataset with ports that all tests share. */
async function replay(
  request: ReplayDatasetRequest,
  onProgress?: (progress: ReplayProgress) => void,
  signal?: AbortSignal,
): Promise<ReplayReport> {
  return replayMembers(request, await openDataset(request), ports, onProgress, signal);
}

/** Everything is above it: every window violates. */
const hairTrigger = { policy: 'quantile', parameters: { q: 0, margin: 0.1 } };

async function withFiles<T>(
  files: Record<string, string | Uint8Array>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cupola-replay-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Rows of a channel: a wave that the second column, a command, switches between two heights; `valueAt` may change it. */
function channelFile(
  firstRow: number,
  rows: number,
  valueAt = (_row: number, usual: number): number => usual,
): Uint8Array {
  const random = new SeededRandom(firstRow);
  const data = Float64Array.from({ length: rows * 2 }, (_, i) => {
    const row = firstRow + (i >> 1);
    const isHigh = row % 97 < 40 ? 1 : 0;
    if (i % 2 === 1) return isHigh;
    return valueAt(row, 0.3 * isHigh + 0.2 * Math.sin(row / 5) + 0.01 * random.normal());
  });
  return npyBytes({ descr: '<f8', shape: `(${rows}, 2)`, data: new Uint8Array(data.buffer) });
}

function withoutSeconds(channel: ChannelReport): ChannelReport {
  return { ...channel, seconds: 0 };
}

/** Channels of three kinds, and one too short to learn from. */
const channels = {
  'labeled_anomalies.csv': [
    labelsHeader,
    'X-1,SMAP,"[[800, 839]]",[point],1500',
    'P-2,SMAP,"[[850, 900]]",[point],1000',
    'P-2,SMAP,"[[800, 870]]",[point],1000',
    'C-1,MSL,"[[700, 739]]",[point],1000',
    'S-1,MSL,"[[10, 20]]",[point],200',
  ].join('\n'),
  'train/X-1.npy': channelFile(0, 700),
  'test/X-1.npy': channelFile(700, 1500, (row, usual) => (row >= 1500 && row < 1540 ? usual + 0.6 : usual)),
  'train/P-2.npy': channelFile(0, 400),
  'test/P-2.npy': channelFile(400, 1000),
  'train/C-1.npy': channelFile(0, 500, () => -1),
  'test/C-1.npy': channelFile(500, 1000, (row) => (row >= 1200 && row < 1240 ? 1 : -1)),
  'train/S-1.npy': channelFile(0, 70),
  'test/S-1.npy': channelFile(70, 200),
};

test('every channel is reported: rows found, labels united, a channel that stood still, and one too short to learn from', () =>
  withFiles(channels, async (dataDir) => {
    const request = { dataset: 'nasa-smap-msl', dataDir, settings: { seed: 3, maxEpochs: 12 } };
    const steps: ReplayProgress[] = [];
    const report = await replayDataset(request, (step) => steps.push(step));
    const [x1, p2, c1, s1] = report.channels;

    assert.deepEqual([x1!.channel, x1!.rows, x1!.labelled], ['X-1', 1500, [[800, 839]]]);
    // One more ends in the silence before the test part, where values are carried for as long as one stride.
    assert.equal(x1!.windows, (1500 - 64) / 4 + 1 + 1, 'every whole window of the test part is judged once');
    assert.equal(x1!.predicted.length, 1);
    const [first, last] = x1!.predicted[0]!;
    assert.ok(first >= 796 && first < 839 && last <= 839 + 64, `${first} to ${last}`);
    const anomaly = report.anomalies.find(({ channel }) => channel === 'X-1')!;
    assert.equal(anomaly.endMs, Date.UTC(2020, 0, 1) - (1500 - 1 - last) * minute, 'rows and times are the same');
    assert.equal(anomaly.end, new Date(anomaly.endMs).toISOString());
    const { trainedOn, holdout, threshold, epochs } = x1!.model!;
    const testStartMs = Date.UTC(2020, 0, 1) - 1500 * minute;
    assert.ok(trainedOn.endMs <= holdout.startMs && holdout.endMs <= testStartMs - 24 * hour && threshold.level > 0);
    assert.deepEqual(
      steps.filter(({ channel }) => channel === 'X-1').map(({ training }) => training?.epoch ?? null),
      [null, ...Array.from({ length: epochs }, (_, i) => i + 1)],
    );

    assert.deepEqual(p2!.labelled, [[800, 900]]);

    assert.ok(c1!.predicted.some(([from, to]) => from < 740 && to >= 700));
    const peaks = report.anomalies.map(({ peakScore }) => peakScore);
    assert.ok(peaks.every(Number.isFinite), peaks.join());

    assert.deepEqual([s1!.model, s1!.predicted, s1!.windows], [null, [], 0]);
    assert.equal(s1!.failure!.code, 'CUPOLA_TRAINING_TOO_SHORT');
    assert.equal(report.sequences!.falseNegatives, 2, 'a channel that failed has missed its labels');

    const alone = await replay({ ...request, member: 'X-1' });
    assert.deepEqual(
      withoutSeconds(alone.channels[0]!),
      withoutSeconds(x1!),
      'the same by the same seed, whoever else is there',
    );
  }));

function replayX1(files: Record<string, string | Uint8Array>, seed: number): Promise<ReplayReport> {
  return withFiles(files, (dataDir) =>
    replay({ dataset: 'smap', dataDir, member: 'X-1', settings: { seed, maxEpochs: 2 } }),
  );
}

test('what the test part holds does not change the model: scaler, weights and threshold never see it', async () => {
  const poisoned = { ...channels, 'test/X-1.npy': channelFile(700, 1500, (row) => (row % 2 === 0 ? 1e6 : -1e6)) };
  const [clean, other, reseeded] = [
    await replayX1(channels, 1),
    await replayX1(poisoned, 1),
    await replayX1(channels, 2),
  ];
  const { modelVersion } = clean.channels[0]!.model!;
  assert.deepEqual(other.channels[0]!.model, clean.channels[0]!.model);
  assert.notDeepEqual(other.channels[0]!.predicted, clean.channels[0]!.predicted, 'the poison did reach the detector');
  assert.notEqual(reseeded.channels[0]!.model!.modelVersion, modelVersion);
});

test('no window of the test part reaches into the training part, and what follows the last window is not predicted', async () => {
  const options = { windowRows: 63, strideRows: 7 };
  const settings = { maxEpochs: 1, threshold: hairTrigger };
  const {
    channels: [channel],
    ...report
  } = await replay({ dataset: 'msl', dataDir: fixtures, options, settings });
  // Windows end at multiples of 7 minutes since the epoch: the first whole one after 65 rows, the last 2 rows before the end.
  assert.deepEqual([channel!.channel, channel!.rows, channel!.windows], ['T-9', 1096, 148]);
  // Of a stride of 7 rows those are predicted that stand out in their window.
  const [[first, last]] = channel!.predicted as [RowRange];
  assert.ok(
    channel!.predicted.length === 1 && first >= 58 && first < 65 && last > 1093 - 63 && last <= 1093,
    `${first} to ${last}`,
  );
  assert.deepEqual([report.sequences!.isVoid, report.sequences!.predictedShare], [true, (last - first + 1) / 1096]);
});

/** A log like the urine tank's: flickers and slow changes, sent on change, with silences of which some are over an hour. */
function tankLog(days: number): { text: string; silencesMs: [start: number, end: number][] } {
  const random = new SeededRandom(5);
  const lines: string[] = [];
  const silencesMs: [number, number][] = [];
  const startMs = Date.UTC(2024, 11, 26, 2, 26, 41);
  for (let timeMs = startMs; timeMs < startMs + days * 24 * hour;) {
    const level = Math.round(40 + 25 * Math.sin(timeMs / (9 * hour)) + random.uniform());
    lines.push(`${new Date(timeMs + hour).toISOString().slice(0, 19).replace('T', ' ')}, ${level}`);
    const isLong = random.uniform() < 0.005;
    const stepMs = 1000 * Math.round(isLong ? random.between(3600, 30_000) : random.between(1, 600));
    if (stepMs > hour) silencesMs.push([timeMs, timeMs + stepMs]);
    timeMs += stepMs;
  }
  // The last step leads nowhere.
  if (silencesMs.at(-1)![1] >= startMs + days * 24 * hour) silencesMs.pop();
  return { text: lines.join('\n'), silencesMs };
}

test('a log without labels: each silence of over an hour is one gap, and no anomaly is reported within one', async () => {
  const { text, silencesMs } = tankLog(40);
  const rows = text.split('\n').length;
  const report = await withFiles({ 'urine_tank_NODE3000005_log.csv': text }, (dataDir) =>
    replay({ dataset: 'iss-urine-tank', dataDir, settings: { maxEpochs: 1, threshold: hairTrigger } }),
  );
  assert.ok(silencesMs.length > 10);
  assert.deepEqual(
    report.gaps,
    silencesMs.map(([startMs, endMs]) => ({
      channel: 'NODE3000005',
      startMs,
      endMs,
      start: new Date(startMs).toISOString(),
      end: new Date(endMs).toISOString(),
    })),
  );
  const [channel] = report.channels;
  assert.deepEqual([channel!.rows, channel!.labelled, report.sequences], [rows, [], null]);
  assert.ok(channel!.gapWindows > 0 && channel!.model !== null);
  assert.ok(report.anomalies.length > 5, 'the threshold leaves hardly a window out');
  for (const { startMs, endMs, start } of report.anomalies)
    assert.ok(!silencesMs.some(([from, to]) => startMs < to && endMs > from), `${start} lies in a gap`);
});

test('what robust-limits found odd before the fit is not learnt', async () => {
  const random = new SeededRandom(2);
  const values = Array.from({ length: 500 }, (_, i) => Math.sin(i / 7) + 0.1 * random.normal());
  const csv = (at: (row: number) => number): string =>
    values.map((_, i) => `${1_700_000_000 + 60 * i},${at(i)}`).join('\n');
  // robust-limits watches from row 75 on, the model from row 150 on.
  const learnt = await withFiles(
    { 'calm.csv': csv((row) => values[row]!), 'odd.csv': csv((row) => (row >= 100 && row < 104 ? 50 : values[row]!)) },
    (dataDir) => replay({ dataset: 'csv', dataDir, options: { windowRows: 16 }, settings: { maxEpochs: 1 } }),
  );
  const [calm, odd] = learnt.channels.map(({ model }) => model!.trainedOn.windows + model!.holdout.windows);
  assert.ok(odd! < calm! - 16, `${odd} windows of ${calm}`);
  const found = learnt.channels[1]!.predicted.find(([first, last]) => first <= 103 && last >= 100);
  assert.ok(found, 'and is reported by itself');
});

test('a recording that ends within its warm-up is watched by nothing, and says so', async () => {
  const { text } = tankLog(2);
  const report = await withFiles({ 'urine_tank_NODE3000005_log.csv': text }, (dataDir) =>
    replay({ dataset: 'iss-urine-tank', dataDir }),
  );
  const { model, failure, windows, predicted } = report.channels[0]!;
  assert.deepEqual([model, failure, windows, predicted], [null, null, 0, []]);
});

test('a replay that was called off ends, as does one of which no channel could be fitted', () =>
  withFiles(channels, async (dataDir) => {
    const request = { dataset: 'msl', dataDir, member: 'S-1' };
    await assert.rejects(replay(request), (error: CupolaError) => error.code === 'CUPOLA_TRAINING_TOO_SHORT');
    const abort = new AbortController();
    const calledOff = replay({ ...request, member: 'C-1' }, ({ training }) => training && abort.abort(), abort.signal);
    await assert.rejects(calledOff, (error: CupolaError) => error.code === 'CUPOLA_TRAINING_ABORTED');
  }));
