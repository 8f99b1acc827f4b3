import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type {
  AnomalyDetail,
  AnomalySummary,
  ApiError,
  CommandStatus,
  ExportTable,
  ModelCard,
  ModelDetail,
  ModelList,
  PolicyDescription,
  Ribbon,
  StreamDetail,
  StreamTelemetry,
  StreamSnapshot,
  StreamView,
  PartitionSummary,
  ThresholdHistory,
  ThresholdOutcome,
} from '../../../services/console/api.ts';
import { decodeTelemetry } from '../../../pipelines/telemetry/binary-codec.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import { topics } from '../../../pipelines/topics.ts';
import { consoleUnderTest, eventually, stagedNowMs } from './console-under-test.ts';

const minute = 60_000;
const hour = 60 * minute;

const running = await consoleUnderTest({ after });

async function streams(): Promise<ReadonlyMap<string, StreamSnapshot>> {
  const { body } = await running.get<{ streams: StreamSnapshot[] }>('/api/streams');
  return new Map(body.streams.map((stream) => [stream.stream, stream]));
}

function viewPath(stream: string, hours: number, points: number): string {
  return `/api/streams/${stream}/view?fromMs=${stagedNowMs - hours * hour}&toMs=${stagedNowMs}&points=${points}`;
}

test('every stream is listed with what it is doing', async () => {
  const listed = await streams();
  assert.equal(listed.size, 12);
  assert.equal(listed.get('oxygen-generation')!.state, 'anomalous');
  assert.equal(listed.get('cabin-atmosphere')!.state, 'normal');
  assert.equal(listed.get('ku-band')!.state, 'gap');
  assert.equal(listed.get('attitude')!.state, 'stale');
  assert.deepEqual(listed.get('attitude')!.staleChannelIds, ['USLAB000024']);
  const { state, remainingMs, score } = listed.get('radiators')!;
  assert.deepEqual([state, score], ['warming-up', null]);
  assert.ok(remainingMs! > 0 && remainingMs! <= hour);
});

test('each partition tells its streams, their watermark, and how far each service is and where it runs', async () => {
  const { log } = running.ports;
  const revoked = Promise.withResolvers<void>();
  const membership = await log.join({
    group: 'scorer',
    topic: topics.telemetry.name,
    async run({ revoked: signal }) {
      signal.addEventListener('abort', () => revoked.resolve());
      await revoked.promise;
    },
  });
  const { body } = await running.get<{ partitions: PartitionSummary[] }>('/api/partitions');
  await membership.leave();
  const listed = await streams();
  assert.equal(body.partitions.length, await log.partitions(topics.telemetry.name));
  assert.deepEqual(body.partitions.flatMap((partition) => partition.streams).sort(), [...listed.keys()].sort());
  for (const { partition, streams: own, watermarkMs, services } of body.partitions) {
    for (const stream of own) assert.equal(await log.partitionOf(topics.telemetry.name, stream), partition);
    const watermarks = own.map((stream) => listed.get(stream)!.watermarkMs!);
    assert.equal(watermarkMs, Math.min(...watermarks));
    const { start, end } = await log.range(topics.telemetry.name, partition);
    const [scorer, annunciator] = services;
    assert.deepEqual(scorer, { service: 'scorer', lagRecords: end - start, member: scorer!.member });
    assert.ok(scorer.member!.endsWith(`-${process.pid}`));
    assert.equal(annunciator!.member, null);
  }
});

test('a stream tells its model, its threshold and its recent scores', async () => {
  const { model, threshold, score, recentScores } = (await streams()).get('loop-b')!;
  assert.equal(model!.architecture, 'lstm');
  assert.equal(model!.trained, true);
  assert.equal((await streams()).get('loop-a')!.model!.trained, false);
  assert.ok(threshold!.level! > 1 && threshold!.level! < 10);
  assert.deepEqual(recentScores.at(-1), score);
  assert.ok(recentScores.every(({ windowEndMs }, i) => i === 0 || windowEndMs > recentScores[i - 1]!.windowEndMs));
});

test('a view has every series on one grid of at most the points asked for', async () => {
  const { body } = await running.get<StreamView>(viewPath('oxygen-generation', 3, 500));
  const { grid, score, channels } = body;
  assert.ok(grid.bins <= 501);
  assert.equal(grid.fromMs % grid.binMs, 0);
  assert.equal(channels.length, 6);
  for (const series of [score, ...channels.flatMap(({ telemetry, reconstruction }) => [telemetry, reconstruction])]) {
    assert.equal(series.min.length, grid.bins);
    assert.equal(series.max.length, grid.bins);
    assert.ok(series.min.every((low, bin) => low === null || low <= series.max[bin]!));
  }
});

test('a view shows a loss of signal as a gap, silent channels, and no telemetry', async () => {
  const { body } = await running.get<StreamView>(viewPath('loop-b', 3, 700));
  const lostAtMs = stagedNowMs - 98 * minute;
  const bin = Math.floor((lostAtMs - body.grid.fromMs) / body.grid.binMs);
  assert.equal(body.channels[0]!.telemetry.max[bin], null);
  assert.ok(body.gaps.some(({ fromMs, toMs }) => fromMs <= lostAtMs && lostAtMs < toMs));
  assert.ok(body.stale.some(({ fromMs, toMs }) => fromMs <= lostAtMs && lostAtMs < toMs!));
});

test('a view in two halves is the view in one', async () => {
  const whole = (await running.get<StreamView>(viewPath('loop-b', 2, 400))).body;
  const { fromMs, binMs, bins } = whole.grid;
  const middleMs = fromMs + 200 * binMs;
  const half = async (from: number, to: number): Promise<StreamView> =>
    (await running.get<StreamView>(`/api/streams/loop-b/view?fromMs=${from}&toMs=${to}&binMs=${binMs}`)).body;
  const [first, second] = [await half(fromMs, middleMs), await half(middleMs, fromMs + bins * binMs)];
  assert.deepEqual([...first.score.max, ...second.score.max], whole.score.max);
  for (const [index, channel] of whole.channels.entries()) {
    const halves = [first, second].flatMap(({ channels }) => channels[index]!.telemetry.min);
    assert.deepEqual(halves, channel.telemetry.min);
  }
});

test('a view can be of some channels alone', async () => {
  const { body } = await running.get<StreamView>(`${viewPath('loop-b', 1, 100)}&channel=P1000002`);
  assert.deepEqual(
    body.channels.map(({ channelId }) => channelId),
    ['P1000002'],
  );
});

test('an anomaly says which channel moved, how far from what was expected, and which fault it answers', async () => {
  const { body } = await running.get<{ anomalies: AnomalySummary[] }>('/api/anomalies?stream=oxygen-generation');
  const [anomaly] = body.anomalies;
  assert.equal(anomaly!.state, 'open');
  assert.equal(anomaly!.contributions[0]!.channelId, 'NODE3000011');
  assert.deepEqual(
    anomaly!.faults.map(({ kind }) => kind),
    ['drift'],
  );
  const { body: detail } = await running.get<AnomalyDetail>(`/api/anomalies/${encodeURIComponent(anomaly!.id)}`);
  const [deviation] = detail.deviations;
  assert.equal(deviation!.channelId, 'NODE3000011');
  assert.equal(deviation!.unit, 'V');
  assert.ok(deviation!.observed - deviation!.expected > 0.5);
  assert.ok(deviation!.atMs >= anomaly!.startMs - minute && deviation!.atMs < anomaly!.endMs);
  assert.ok(detail.expected!.perDay > 0 && detail.expected!.isAtMost, 'it is beyond all that the holdout tells');
});

test('faults that have not begun are not told', async () => {
  const { body } = await running.get<StreamView>(
    `/api/streams/cabin-atmosphere/view?fromMs=${stagedNowMs - hour}&toMs=${stagedNowMs + hour}&points=100`,
  );
  assert.deepEqual(body.faults, []);
});

test('the ribbon gives every stream its greatest score over the threshold', async () => {
  const range = `fromMs=${stagedNowMs - hour}&toMs=${stagedNowMs}`;
  const { body } = await running.get<Ribbon>(`/api/ribbon?${range}&points=60`);
  const greatest = new Map(
    body.streams.map(({ stream, ratio }) => [stream, Math.max(...ratio.map((value) => value ?? 0))]),
  );
  assert.equal(greatest.size, 12);
  assert.ok(greatest.get('oxygen-generation')! > 5);
  assert.ok(greatest.get('loop-b')! < 1);
  assert.equal(greatest.get('radiators'), 0);
});

test('the card of a governing model is there for scripts and as a page of its own', async () => {
  const { model } = (await streams()).get('loop-b')!;
  const { body: card } = await running.get<ModelCard>(`/api/models/${model!.version}/card`);
  assert.equal(card.version, model!.version);
  assert.ok(card.channels.length > 0 && card.threshold.level > 0);
  const page = await fetch(`${running.service.url}/models/${model!.version}`);
  assert.match(page.headers.get('content-security-policy')!, /default-src 'none'; style-src 'unsafe-inline'/);
  assert.match(await page.text(), new RegExp(`<h1>Model ${model!.version}</h1>`));
});

function columnOf({ columns }: ExportTable, name: string): readonly unknown[] {
  return columns.find((column) => column.name === name)!.values;
}

test('what the history holds of a stream can be taken away as columns: scores, codes of the newest model, windows', async () => {
  const range = `fromMs=${stagedNowMs - hour}&toMs=${stagedNowMs}`;
  const tables = await Promise.all(
    ['scores', 'codes', 'windows'].map(async (kind) => {
      const { body } = await running.get<ExportTable>(`/api/streams/loop-b/export/${kind}?${range}&limit=20`);
      assert.deepEqual([body.kind, body.columns.every(({ values }) => values.length === body.rows)], [kind, true]);
      return body;
    }),
  );
  const [scores, codes, windows] = tables as [ExportTable, ExportTable, ExportTable];
  const { body: detail } = await running.get<StreamDetail>('/api/streams/loop-b');
  assert.equal(scores.rows, 20);
  assert.equal(columnOf(scores, 'anomalyScore').at(-1), detail.score!.anomalyScore);
  assert.ok(detail.channels.every(({ id, role }) => role !== 'scored' || columnOf(scores, `contribution.${id}`)));
  assert.equal(new Set(columnOf(codes, 'modelVersion')).size, 1);
  assert.equal(windows.rows % (detail.windowLengthMs / detail.intervalMs), 0);
  assert.ok(windows.rows > 0 && detail.channels.every(({ id }) => columnOf(windows, id).length === windows.rows));
  const refused = await running.get<ApiError>('/api/streams/loop-b/export/models');
  assert.deepEqual([refused.status, refused.body.code], [400, 'CUPOLA_REQUEST_INVALID']);
});

test("a stream's own samples can be had, with what was abnormal among them", async () => {
  const range = `fromMs=${stagedNowMs - 2 * hour}&toMs=${stagedNowMs}`;
  const { body } = await running.get<StreamTelemetry>(`/api/streams/oxygen-generation/telemetry?${range}`);
  const samples = decodeTelemetry(Buffer.from(body.samples, 'base64')) as SampleBatch;
  assert.deepEqual([samples.stream, body.definition.stream], ['oxygen-generation', 'oxygen-generation']);
  assert.ok(samples.eventTimeMs.length > 1000);
  assert.ok(samples.eventTimeMs.every((timeMs) => timeMs >= stagedNowMs - 2 * hour && timeMs < stagedNowMs));
  assert.ok(body.abnormal.length > 0 && body.abnormal.every(({ fromMs, toMs }) => fromMs < toMs));
});

test('models, policies and what governed when can be listed', async () => {
  const { body: models } = await running.get<ModelList>('/api/models?stream=loop-b');
  assert.deepEqual(models.models.map(({ architecture }) => architecture).sort(), ['lstm', 'robust-limits']);
  const governing = models.models.filter(({ version }) => models.governing.includes(version));
  assert.deepEqual(
    governing.map(({ architecture }) => architecture),
    ['lstm'],
  );
  const { body: model } = await running.get<ModelDetail>(`/api/models/${governing[0]!.version}`);
  assert.equal(model.manifest.definition.stream, 'loop-b');
  const { body: history } = await running.get<ThresholdHistory>('/api/thresholds?stream=loop-b');
  assert.equal(history.thresholds[0]!.steps.length, 2);
  assert.ok(history.thresholds[0]!.steps.every(({ level }) => level !== null));
  const { body: policies } = await running.get<{ policies: PolicyDescription[] }>('/api/policies');
  assert.deepEqual(policies.policies[0]!.parameters[0]!.name, 'k');
});

test('a threshold round-trips: previewed, asked for, pending, and governing from a window on', async () => {
  const setting = { policy: 'mean-sigma', parameters: { k: 20, smoothing: 0, combined: 0 } };
  const { body: preview } = await running.get<ThresholdOutcome>(
    '/api/streams/power-1a/threshold-outcome?policy=mean-sigma&k=20',
  );
  const request = { type: 'set-threshold', stream: 'power-1a', setting, issuedBy: 'someone', reason: 'a trial' };
  const { status, body: asked } = await running.post<CommandStatus>('/api/commands', { id: 'once', ...request });
  assert.deepEqual([status, asked.state, asked.effectiveFromMs], [202, 'pending', null]);
  await running.post('/api/commands', { id: 'once', ...request });
  const beforeMs = running.station.timeMs;
  await running.station.advance(running.station.timeMs + 10 * minute);
  const command = async (): Promise<CommandStatus> => (await running.get<CommandStatus>('/api/commands/once')).body;
  await eventually(async () => (await command()).state === 'applied');
  const { effectiveFromMs } = await command();
  const { threshold } = (await streams()).get('power-1a')!;
  assert.deepEqual(threshold!.setting, setting);
  assert.equal(threshold!.level, preview.levels.at(-1)!.level);
  assert.equal(threshold!.fromMs, effectiveFromMs);
  assert.equal(threshold!.drawnFromMs, beforeMs);
  assert.deepEqual([threshold!.issuedBy, threshold!.reason, threshold!.commandId], ['someone', 'a trial', 'once']);
  const { body: detail } = await running.get<StreamDetail>('/api/streams/power-1a');
  assert.equal(detail.channels.length, 3);
});

test('asking twice under one id appends one command', async () => {
  const { log } = running.ports;
  const ids: string[] = [];
  for (let partition = 0; partition < (await log.partitions('cupola.commands')); partition++) {
    const { records } = await log.read({ topic: 'cupola.commands', partition, fromOffset: 0 });
    ids.push(...records.map(({ value }) => (JSON.parse(new TextDecoder().decode(value!)) as { id: string }).id));
  }
  assert.deepEqual(
    ids.filter((id) => id === 'once'),
    ['once'],
  );
});

const setting = { policy: 'mean-sigma', parameters: { k: 3 } };
const refusals: readonly (readonly [string, number, string, string, unknown])[] = [
  ['an unknown stream', 404, 'CUPOLA_STREAM_UNKNOWN', 'stream', { type: 'set-threshold', stream: 'none', setting }],
  [
    'an unknown policy',
    400,
    'CUPOLA_THRESHOLD_INVALID',
    'policy',
    { type: 'set-threshold', stream: 'loop-b', setting: { policy: 'guess', parameters: {} } },
  ],
  [
    'a parameter out of bounds',
    400,
    'CUPOLA_THRESHOLD_INVALID',
    'parameters.k',
    { type: 'set-threshold', stream: 'loop-b', setting: { policy: 'mean-sigma', parameters: { k: 3000 } } },
  ],
  [
    'a parameter that is no number',
    400,
    'CUPOLA_REQUEST_INVALID',
    'setting.parameters.k',
    { type: 'set-threshold', stream: 'loop-b', setting: { policy: 'mean-sigma', parameters: { k: 'six' } } },
  ],
  [
    'an unknown model',
    404,
    'CUPOLA_MODEL_UNKNOWN',
    'version',
    { type: 'promote', stream: 'loop-b', modelVersion: 'x-000000000000' },
  ],
  ['a command of no type', 400, 'CUPOLA_REQUEST_INVALID', 'type', { stream: 'loop-b' }],
  ['no object at all', 400, 'CUPOLA_REQUEST_INVALID', 'request', 'now'],
];
for (const [what, expected, code, field, command] of refusals) {
  test(`${what} is refused, with code, field, value, bound and remedy`, async () => {
    const { status, body } = await running.post<ApiError>('/api/commands', command);
    assert.deepEqual([status, body.code, body.field], [expected, code, field]);
    assert.deepEqual(Object.keys(body), ['code', 'message', 'field', 'value', 'bound', 'remedy']);
    assert.ok(body.bound !== null || code === 'CUPOLA_MODEL_UNKNOWN');
    assert.ok(body.remedy.length > 0);
  });
}

test("another stream's model is refused", async () => {
  const { body: models } = await running.get<ModelList>('/api/models?stream=loop-a');
  const request = { type: 'promote', stream: 'loop-b', modelVersion: models.models[0]!.version };
  const { status, body } = await running.post<ApiError>('/api/commands', request);
  assert.deepEqual([status, body.code, body.field], [404, 'CUPOLA_MODEL_UNKNOWN', 'modelVersion']);
});

const badQueries = [
  '/api/streams/loop-b/view?fromMs=2000&toMs=1000',
  '/api/streams/loop-b/view?fromMs=0&toMs=1e15',
  '/api/streams/loop-b/view?fromMs=0&toMs=1000&points=1000000',
  '/api/streams/loop-b/view?fromMs=0&toMs=100000000&binMs=10000',
  '/api/streams/loop-b/view?fromMs=0&toMs=100000&binMs=15000',
  '/api/streams/loop-b/view?toMs=1000',
  '/api/anomalies?limit=100000',
];
for (const path of badQueries) {
  test(`GET ${path} is refused by its bound`, async () => {
    const { status, body } = await running.get<ApiError>(path);
    assert.deepEqual([status, body.code], [400, 'CUPOLA_REQUEST_INVALID']);
    assert.ok(body.field !== null && body.bound !== null);
  });
}

test('what does not exist is told so in the same shape', async () => {
  for (const [path, code] of [
    ['/api/streams/none', 'CUPOLA_STREAM_UNKNOWN'],
    ['/api/streams/none/view?fromMs=0&toMs=1000', 'CUPOLA_STREAM_UNKNOWN'],
    ['/api/anomalies/none@5', 'CUPOLA_ANOMALY_UNKNOWN'],
    ['/api/commands/none', 'CUPOLA_COMMAND_UNKNOWN'],
    ['/api/models/x-000000000000', 'CUPOLA_MODEL_UNKNOWN'],
    ['/api/nothing', 'CUPOLA_ROUTE_UNKNOWN'],
  ] as const) {
    const { status, body } = await running.get<ApiError>(path);
    assert.deepEqual([path, status, body.code], [path, 404, code]);
  }
});

test('a page of another origin can write nothing', async () => {
  const request = { type: 'set-threshold', stream: 'loop-b', setting };
  const { status, body } = await running.post<ApiError>('/api/commands', request, { origin: 'http://evil.example' });
  assert.deepEqual([status, body.code, body.field], [403, 'CUPOLA_ORIGIN_REFUSED', 'origin']);
  const own = await running.post<CommandStatus>('/api/commands', request, { origin: running.service.url });
  assert.equal(own.status, 202);
});
