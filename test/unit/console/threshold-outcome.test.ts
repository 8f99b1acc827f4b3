import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { ThresholdRecord } from '../../../pipelines/commands.ts';
import { Decision, type Decided } from '../../../pipelines/detector.ts';
import { decodeScoreEvents } from '../../../pipelines/scoring/score-codec.ts';
import type { ScoreEvent } from '../../../pipelines/scoring/score-event.ts';
import { SettingsTimeline } from '../../../pipelines/settings-timeline.ts';
import { parseThreshold } from '../../../pipelines/thresholds/policies.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import { topics } from '../../../pipelines/topics.ts';
import type { AnomalySummary, ApiError, StreamSnapshot, ThresholdOutcome } from '../../../services/console/api.ts';
import { readToEnd } from '../../../services/stage/read-range.ts';
import { consoleUnderTest, stagedNowMs } from './console-under-test.ts';

const hour = 3_600_000;
const running = await consoleUnderTest({ after });
const wanted = { fromMs: stagedNowMs - 3 * hour, toMs: stagedNowMs };

function outcomePath(stream: string, { policy, parameters }: ThresholdSetting, more: Record<string, number> = wanted) {
  const numbers = Object.entries({ ...parameters, ...more }).map(([name, value]) => [name, `${value}`]);
  return `/api/streams/${stream}/threshold-outcome?${new URLSearchParams([['policy', policy], ...numbers])}`;
}

async function outcomeOf(stream: string, setting: ThresholdSetting): Promise<ThresholdOutcome> {
  return (await running.get<ThresholdOutcome>(outcomePath(stream, setting))).body;
}

/** What was said of a stream, in the order of the log. */
async function scoresInTheLog(stream: string): Promise<ScoreEvent[]> {
  const { log } = running.ports;
  const partition = await log.partitionOf(topics.scores.name, stream);
  const { records } = await readToEnd(log, topics.scores.name, partition);
  return records.filter(({ key }) => key === stream).flatMap(({ value }) => decodeScoreEvents(value!));
}

/** What a detector that had the setting all along says of the log. */
async function decided(stream: string, setting: ThresholdSetting): Promise<Decided> {
  const bundles = new Map<string, Bundle>();
  const by = { commandId: 'all along', commandOffset: 0, issuedBy: 'test', reason: '' };
  const asked = { stream, setting, effectiveFromMs: -Infinity, modelVersion: null, refusedBecause: null };
  const decision = new Decision(stream, new SettingsTimeline<ThresholdRecord>([{ ...asked, ...by }]), bundles);
  const out: Decided = { anomalies: [], settings: [], judged: [] };
  for (const event of await scoresInTheLog(stream)) {
    if (event.type === 'score') bundles.set(event.modelVersion, await running.ports.bundles.get(event.modelVersion));
    decision.decide(event, out);
  }
  return out;
}

const settings: readonly ThresholdSetting[] = [
  { policy: 'mean-sigma', parameters: { k: 3 } },
  { policy: 'mean-sigma', parameters: { k: 3, smoothing: 6 } },
  { policy: 'dynamic-floor', parameters: { delay: 1, smoothing: 0, floorError: 0 } },
  { policy: 'dspot', parameters: { risk: 0.001 } },
];

for (const asked of settings) {
  const setting = parseThreshold(asked);
  test(`${setting.policy} ${JSON.stringify(asked.parameters)} gives what a detector would have said of the log`, async () => {
    let anomalies = 0;
    for (const stream of ['oxygen-generation', 'loop-b', 'ku-band']) {
      const found = await outcomeOf(stream, setting);
      const { anomalies: said, judged } = await decided(stream, setting);
      const newest = [...new Map(said.map((event) => [event.id, event])).values()];
      const inRange = newest.filter(({ startMs, endMs }) => startMs < wanted.toMs && endMs > wanted.fromMs);
      assert.deepEqual(
        found.anomalies,
        inRange.map(({ startMs, endMs, decidedAtMs, peakScore, threshold, type }) => ({
          startMs,
          endMs,
          decidedAtMs,
          state: type === 'closed' ? 'closed' : 'open',
          peakScore,
          threshold,
        })),
      );
      const ends = judged!.filter(({ window }) => window.windowEndMs > wanted.fromMs);
      assert.deepEqual([found.windows, found.violating], [ends.length, ends.filter((one) => one.violates).length]);
      anomalies += found.anomalies.length;
    }
    assert.ok(anomalies > 0, 'or nothing was compared');
  });
}

test('what governs already gives what there was', async () => {
  const { body } = await running.get<{ streams: StreamSnapshot[] }>('/api/streams');
  const { stream, threshold } = body.streams.find((one) => one.stream === 'oxygen-generation')!;
  const { anomalies, anomaliesNow, expectedPerDay } = await outcomeOf(stream, threshold!.setting);
  assert.ok(expectedPerDay! < 1, `${expectedPerDay} a day`);
  const path = `/api/anomalies?stream=${stream}&fromMs=${wanted.fromMs}&toMs=${wanted.toMs}`;
  const inFact = (await running.get<{ anomalies: AnomalySummary[] }>(path)).body.anomalies;
  assert.equal(anomaliesNow, inFact.length);
  assert.deepEqual(
    anomalies.map(({ startMs, endMs }) => [startMs, endMs]),
    inFact.map(({ startMs, endMs }) => [startMs, endMs]).toReversed(),
  );
});

const refusals: readonly (readonly [stream: string, path: string, field: string, bound: RegExp])[] = [
  ['a parameter', outcomePath('loop-b', { policy: 'mean-sigma', parameters: { k: -1 } }), 'parameters.k', /0 to 1000/],
  [
    'what the holdout cannot resolve',
    outcomePath('loop-b', { policy: 'conformal', parameters: { alpha: 0.0001 } }),
    'parameters.alpha',
    /at least .* the holdout has \d+ windows/,
  ],
  [
    'a time with too many windows',
    outcomePath('loop-b', { policy: 'fixed', parameters: {} }, { fromMs: 0, toMs: stagedNowMs }),
    'fromMs',
    /at most 50000 windows/,
  ],
  [
    'an empty time',
    outcomePath('loop-b', { policy: 'fixed', parameters: {} }, { fromMs: stagedNowMs, toMs: stagedNowMs }),
    'toMs',
    /after fromMs/,
  ],
];

for (const [what, path, field, bound] of refusals) {
  test(`${what} is refused by name and bound`, async () => {
    const { status, body } = await running.get<ApiError>(path);
    assert.equal(status, 400);
    assert.equal(body.field, field);
    assert.match(body.bound!, bound);
  });
}

test('a stream that no model governs has no outcome', async () => {
  const { body } = await running.get<ApiError>(outcomePath('radiators', { policy: 'fixed', parameters: {} }));
  assert.equal(body.code, 'CUPOLA_MODEL_UNKNOWN');
});
