/**
 * The trainer's policy in the embedded product: real log, history, bundle store, runtime and training, and a craft that does
 * as it is told. The tests are one story, in this order.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gateRefusal } from '../../pipelines/training/gate.ts';
import { fitOptions, TrainedCraft } from './trained-craft.ts';

let craft: TrainedCraft;
before(async () => {
  craft = await TrainedCraft.start();
});
after(() => craft.stop());

/** Waits for so many fits in all. */
const fits = (count: number): Promise<void> => craft.until(`fit ${count}`, async () => craft.fits.length >= count);

/** A model that was asked for governs from the next window on that the scorer sees. */
function governs(modelVersion: string): Promise<void> {
  return craft.flyUntil('it governs', async () => (await craft.governing()).at(-1)!.modelVersion === modelVersion);
}

test('a first model is promoted with its numbers, and no champion beside it', async () => {
  await craft.train();
  await craft.fly(1300);
  await fits(1);
  const [first] = await craft.commands('promote');
  assert.partialDeepStrictEqual(first, { issuedBy: 'trainer', decision: { trigger: 'first', champion: null } });
  assert.ok(first!.decision!.windows > 200 && first!.decision!.contaminated <= 0.02 * first!.decision!.windows);
  await governs(first!.modelVersion);
  assert.deepEqual(await craft.anomalies(), []);
});

test('what is judged an anomaly is kept as a case, and a challenger that misses it is declined', async () => {
  const fault = await craft.fly(60, 1.5);
  await craft.fly(120);
  const [anomaly] = await craft.anomalies(fault);
  assert.ok(anomaly, 'the champion caught it');
  const range = { fromMs: anomaly.startMs, toMs: anomaly.endMs };
  await craft.ask({ id: 'v-1', type: 'judge', judgement: 'anomaly', anomalyId: anomaly.id, ...range });
  await craft.fly(40);
  await craft.until('the case', async () => (await craft.commands('keep-case')).length === 1);
  const champion = (await craft.governing()).at(-1)!.modelVersion;
  await craft.train({ fit: { ...fitOptions, threshold: { policy: 'mean-sigma', parameters: { k: 1e6 } } } });
  await craft.ask({ id: 't-1', type: 'train' });
  await fits(2);
  const [declined] = await craft.commands('decline');
  assert.partialDeepStrictEqual(declined!.decision, {
    trigger: 'asked',
    incidents: 1,
    challenger: { caught: 0, holdoutAlarms: 0 },
    champion: { modelVersion: champion, caught: 1 },
  });
  assert.match(declined!.reason, /catches 0 of the known incidents, the champion 1/);
  await governs(champion);
});

test('a challenger that does no worse is promoted, and the telemetry judged an anomaly taught it nothing', async () => {
  await craft.train();
  await craft.ask({ id: 't-2', type: 'train' });
  await fits(3);
  const promoted = (await craft.commands('promote')).at(-1)!;
  const { decision } = promoted;
  assert.partialDeepStrictEqual(decision, { incidents: 1, challenger: { caught: 1 }, champion: { caught: 1 } });
  assert.equal(gateRefusal(decision!.champion!, decision!.challenger), null);
  assert.ok(decision!.abnormal > 0);
  await governs(promoted.modelVersion);
});

test('a model that finds everything abnormal is suspect, and the one before it governs again', async () => {
  const good = (await craft.governing()).at(-1)!.modelVersion;
  const { manifest, onnx } = await craft.bundles.get(good);
  const threshold = { policy: 'fixed', parameters: { level: 0 } };
  const bad = await craft.bundles.put({ manifest: { ...manifest, threshold }, onnx });
  await craft.ask({ id: 'p-1', type: 'promote', modelVersion: bad });
  await governs(bad);
  await craft.fly(80);
  assert.equal((await craft.commands('promote')).filter(({ suspicion }) => suspicion).length, 0, 'not before its time');
  await craft.flyUntil('the rollback', async () =>
    (await craft.commands('promote')).some(({ suspicion }) => suspicion),
  );
  const rollback = (await craft.commands('promote')).find(({ suspicion }) => suspicion)!;
  assert.partialDeepStrictEqual(rollback, {
    modelVersion: good,
    issuedBy: 'trainer',
    suspicion: { modelVersion: bad },
  });
  const { share, shareBefore, bound } = rollback.suspicion!;
  // What was found may come to the history after the scores that it is of: not all may be there yet.
  assert.ok(share > bound && shareBefore! < 0.1, `${share} after, ${shareBefore} before`);
  await governs(good);
});

test('a stream whose telemetry drifted, without an alarm, is fitted again', async () => {
  const before = craft.fits.length;
  await craft.ask({ id: 's-1', type: 'set-threshold', setting: { policy: 'fixed', parameters: { level: 1e9 } } });
  await craft.fly(60);
  await craft.flyUntil('the drift', async () => (await craft.commands('train')).some(({ drift }) => drift), 0.8);
  const { drift } = (await craft.commands('train')).find((command) => command.drift)!;
  assert.equal(drift!.findings[0]!.channelId, 'a');
  assert.ok(drift!.findings[0]!.statistic > drift!.findings[0]!.bound);
  await fits(before + 1);
  assert.equal(craft.fits.at(-1)!.trigger, 'drift');
  const decided = [...(await craft.commands('promote')), ...(await craft.commands('decline'))];
  assert.ok(decided.some(({ decision }) => decision?.trigger === 'drift' && decision.drift !== null));
});
