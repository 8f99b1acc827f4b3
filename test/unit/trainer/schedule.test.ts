import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrainCommand } from '../../../pipelines/commands.ts';
import type { DriftReport, Suspicion } from '../../../pipelines/fit-decision.ts';
import { dueBecause } from '../../../services/trainer/schedule.ts';
import { fitOptionsOf, scheduleOf, type TrainerOptions } from '../../../services/trainer/trainer-ports.ts';

const schedule = { firstFitAfterMs: 10_000, refitEveryMs: 50_000 };
const untrained = { asked: null, trainedToMs: null };
const short = { fromMs: 0, toMs: 1000 };
const asked = { id: 'c', type: 'train', stream: 'power', issuedAtMs: 0, issuedBy: 'ana', reason: '' } as const;

test('a stream is due when it has enough telemetry, or when somebody asks', () => {
  assert.equal(dueBecause(untrained, { fromMs: 0, toMs: 10_000 }, schedule), 'first');
  assert.equal(dueBecause(untrained, short, schedule), null);
  assert.equal(dueBecause({ asked, trainedToMs: null }, short, schedule), 'asked');
});

test('a fit that was asked for has the reason of who asked', () => {
  const drifted: TrainCommand = { ...asked, drift: {} as DriftReport };
  const suspected: TrainCommand = { ...asked, suspicion: {} as Suspicion };
  assert.equal(dueBecause({ asked: drifted, trainedToMs: 0 }, short, schedule), 'drift');
  assert.equal(dueBecause({ asked: suspected, trainedToMs: 0 }, short, schedule), 'suspect');
});

test('a trained stream is due again when its time has come, and never where it has none', () => {
  const trained = { asked: null, trainedToMs: 10_000 };
  assert.equal(dueBecause(trained, { fromMs: 0, toMs: 59_999 }, schedule), null);
  assert.equal(dueBecause(trained, { fromMs: 0, toMs: 60_000 }, schedule), 'schedule');
  assert.equal(dueBecause(trained, { fromMs: 0, toMs: 1e12 }, { ...schedule, refitEveryMs: null }), null);
});

test('a fit that came to nothing is tried again with more telemetry, not with the same', () => {
  assert.equal(dueBecause(untrained, { fromMs: 0, toMs: 10_000 }, schedule, 10_000), null);
  assert.equal(dueBecause(untrained, { fromMs: 0, toMs: 11_000 }, schedule, 10_000), 'first');
});

test('a stream has a schedule and a budget of its own where it is given one', () => {
  const water = { refitEveryMs: null, maxSeconds: 60 };
  const streams = { water, air: { enabled: false }, power: { firstFitAfterMs: 5 } };
  const options = { ...schedule, fit: { maxSeconds: 5 }, streams } as unknown as TrainerOptions;
  assert.deepEqual(scheduleOf(options, 'water'), { firstFitAfterMs: 10_000, refitEveryMs: null });
  assert.deepEqual(scheduleOf(options, 'power'), { firstFitAfterMs: 5, refitEveryMs: 50_000 });
  assert.equal(scheduleOf(options, 'air'), null);
  assert.equal(fitOptionsOf(options, 'water').maxSeconds, 60);
  assert.equal(fitOptionsOf(options, 'power').maxSeconds, 5);
});
