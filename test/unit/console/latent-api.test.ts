import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { encodeAnomalyEvent, encodeVerdict } from '../../../pipelines/json-records.ts';
import { topics } from '../../../pipelines/topics.ts';
import type {
  AnomalySummary,
  ApiError,
  ModelCodes,
  ModelList,
  SimilarIncidents,
  StreamCodes,
} from '../../../services/console/api.ts';
import { consoleUnderTest, eventually, stagedNowMs } from './console-under-test.ts';

const minute = 60_000;
const running = await consoleUnderTest({ after }, { hours: 6 });
const { log } = running.ports;

async function newestAnomaly(stream: string): Promise<AnomalySummary> {
  const { body } = await running.get<{ anomalies: AnomalySummary[] }>(`/api/anomalies?stream=${stream}`);
  return body.anomalies[0]!;
}

const similarTo = async (id: string, query = ''): Promise<SimilarIncidents> =>
  (await running.get<SimilarIncidents>(`/api/anomalies/${encodeURIComponent(id)}/similar${query}`)).body;

/** Tells the console of an anomaly that is like another but for some of it. */
async function tell(like: AnomalySummary, startMs: number, more: object): Promise<string> {
  const { stream, modelVersion, peakScore, threshold, contributions } = like;
  const id = `${stream}@${startMs}`;
  const span = { startMs, endMs: startMs + minute, decidedAtMs: startMs + minute };
  const peak = { modelVersion, peakScore, threshold, contributions };
  const value = encodeAnomalyEvent({ type: 'closed', id, stream, ...span, ...peak, ...more });
  await log.append([{ topic: topics.anomalies.name, key: stream, value, timestampMs: startMs }]);
  await eventually(async () => (await running.get(`/api/anomalies/${id}`)).status === 200);
  return id;
}

test('an anomaly is compared with the earlier ones of its stream: by code where the same model scored them', async () => {
  const now = await newestAnomaly('power-2a');
  const at = (minutes: number): number => now.startMs + minutes * minute;
  const rising = { code: [0, 2, 1.4, 0] };
  const rise = await tell(now, at(-90), rising);
  const fall = await tell(now, at(-80), { code: [0, 2, -1.4, 0] });
  const elsewhere = await tell(now, at(-70), { ...rising, contributions: [{ channelId: 'another', share: 1 }] });
  const otherModel = await tell(now, at(-60), { ...rising, modelVersion: 'lstm-000000000000' });
  const later = await tell(now, at(60), { code: [0, 2, 1.3, 0] });
  const { compared, comparedByCode, incidents } = await similarTo(later);
  assert.deepEqual([compared, comparedByCode], [5, 4]);
  const ids = incidents.map(({ anomaly }) => anomaly.id);
  assert.equal(ids[0], rise);
  assert.ok(ids.indexOf(fall) < ids.indexOf(elsewhere));
  const byId = new Map(incidents.map((incident) => [incident.anomaly.id, incident]));
  assert.ok(byId.get(rise)!.likeness > 0.9 && byId.get(rise)!.byCode! > 0.9);
  assert.ok(byId.get(fall)!.byCode! < 0.2);
  assert.equal(byId.get(otherModel)!.byCode, null);
  assert.ok(byId.get(otherModel)!.byChannels > 0.99);
  assert.ok(incidents.every(({ likeness }, i) => i === 0 || likeness <= incidents[i - 1]!.likeness));
  assert.deepEqual((await similarTo(rise)).incidents, [], 'nothing came before the first');
  assert.equal((await similarTo(later, '?limit=2')).incidents.length, 2);
});

test('a similar incident says what it was judged to be', async () => {
  const now = await newestAnomaly('power-2a');
  const { incidents } = await similarTo(now.id);
  const { anomaly } = incidents[0]!;
  assert.equal(anomaly.verdict, null);
  const { stream, startMs: fromMs, endMs: toMs, id: anomalyId } = anomaly;
  const given = { commandId: 'v-1', commandOffset: 0, issuedAtMs: toMs, issuedBy: 'flight', reason: 'known' };
  const value = encodeVerdict({ ...given, stream, fromMs, toMs, anomalyId, judgement: 'normal' });
  await log.append([{ topic: topics.verdicts.name, key: stream, value, timestampMs: toMs }]);
  await eventually(async () => (await similarTo(now.id)).incidents[0]!.anomaly.verdict?.judgement === 'normal');
});

test('the map of a stream shows its windows among those of the holdout, the anomalous ones marked, and thins out the others', async () => {
  const [hours, limit] = [3, 20];
  const range = `fromMs=${stagedNowMs - hours * 60 * minute}&toMs=${stagedNowMs}`;
  const path = `/api/streams/power-2a/codes?${range}&limit=${limit}`;
  const { map } = (await running.get<StreamCodes>(path)).body;
  assert.ok(map);
  assert.match(map.modelVersion, /^lstm-/);
  assert.deepEqual([map.units, map.axesFrom, map.normal.length], [4, 'holdout', 60]);
  assert.ok(map.explained[0] + map.explained[1] > 0.95, 'an orbit is two-dimensional');
  const anomalous = map.windows.filter(({ anomalyId }) => anomalyId !== null);
  assert.ok(anomalous.length >= 3);
  const ordinary = map.windows.length - anomalous.length;
  assert.ok(ordinary > limit / 2 && ordinary <= limit, `${ordinary}`);
  assert.ok(map.windows.every(({ windowEndMs }, i) => i === 0 || windowEndMs > map.windows[i - 1]!.windowEndMs));
  assert.equal('code' in map.windows[0]!, false);
});

const mapOf = async (stream: string): Promise<StreamCodes['map']> =>
  (await running.get<StreamCodes>(`/api/streams/${stream}/codes`)).body.map;

test('a stream of robust limits has no map, and one that warms up none yet', async () => {
  const limits = await mapOf('loop-a');
  assert.deepEqual([limits?.units, limits?.windows], [0, []]);
  assert.equal(await mapOf('radiators'), null);
});

test('codes of the windows that a model scored can be taken away, with what was found of each', async () => {
  const { models } = (await running.get<ModelList>('/api/models?stream=power-2a')).body;
  const { version } = models.find(({ architecture }) => architecture === 'lstm')!;
  const newest = (await running.get<ModelCodes>(`/api/models/${version}/codes?limit=20`)).body;
  assert.equal(newest.windows.length, 20);
  const { body } = await running.get<ModelCodes>(`/api/models/${version}/codes`);
  assert.deepEqual(body.windows.slice(-20), newest.windows);
  assert.deepEqual([body.modelVersion, body.stream], [version, 'power-2a']);
  assert.ok(body.windows.every(({ code }) => code.length === 4));
  const { id } = await newestAnomaly('power-2a');
  assert.ok(body.windows.some(({ anomalyId }) => anomalyId === id));
  assert.deepEqual([body.windows[0]!.windowStartMs, body.windows.at(-1)!.windowEndMs], [body.fromMs, body.toMs]);
});

for (const [path, status, code] of [
  ['/api/anomalies/power-2a@1/similar', 404, 'CUPOLA_ANOMALY_UNKNOWN'],
  ['/api/anomalies/power-2a@1/similar?limit=0', 400, 'CUPOLA_REQUEST_INVALID'],
  ['/api/streams/power/codes', 404, 'CUPOLA_STREAM_UNKNOWN'],
  ['/api/streams/power-2a/codes?fromMs=5&toMs=5', 400, 'CUPOLA_REQUEST_INVALID'],
  ['/api/models/lstm-000000000000/codes', 404, 'CUPOLA_MODEL_UNKNOWN'],
] as const)
  test(`${path} is refused with ${code}`, async () => {
    const answer = await running.get<ApiError>(path);
    assert.deepEqual([answer.status, answer.body.code], [status, code]);
  });
