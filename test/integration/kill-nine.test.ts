/** The real command, ended in every way that ends a process, goes on where it stopped and comes to the same result. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SeededRandom } from '../../pipelines/random.ts';
import { AlternativeModels } from './alternative-models.ts';
import type { ProcessEnd } from './cupola-process.ts';
import { killMoments, momentOf, paceOf, type Pace } from './kill-moments.ts';
import { assertSameOutcome, type RunOutcome } from './run-outcome.ts';
import { progressOfKilled, runProgress } from './run-progress.ts';
import { StationRun } from './station-run.ts';

const kills = 20;

describe('a run of the real command', () => {
  let folder: string;
  let models: AlternativeModels;
  /** Of the run that nobody interrupted. */
  let outcome: RunOutcome;
  let summary: string;
  let pace: Pace;
  let progress: number;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cupola-kill-nine-'));
    models = await AlternativeModels.fit(6);
    const run = await StationRun.in(join(folder, 'uninterrupted'), models);
    const process = run.start();
    pace = await paceOf(process);
    summary = summaryOf(await process.ended);
    progress = await runProgress(run.path);
    outcome = await run.outcome();
  });
  after(() => rm(folder, { recursive: true }));

  it('leaves something to compare', () => {
    const outputs = [...outcome.output.values()];
    const scores = outputs.flatMap((output) => output.scores);
    const models = outputs.flatMap((output) => output.models);
    const found = {
      scores: scores.filter(({ type }) => type === 'score'),
      gaps: scores.filter(({ type }) => type === 'gap'),
      backfills: scores.filter((event) => event.type === 'score' && event.backfill),
      anomalies: outputs.flatMap((output) => output.anomalies),
      switches: models.filter(({ commandId, refusedBecause }) => commandId !== null && refusedBecause === null),
      refusals: models.filter(({ refusedBecause }) => refusedBecause !== null),
      thresholds: outputs.flatMap((output) => output.thresholds).filter(({ commandId }) => commandId !== null),
      late: outputs.flatMap((output) => output.late),
    };
    for (const [what, { length }] of Object.entries(found)) assert.ok(length > 0, `no ${what}`);
  });

  it(`killed at ${kills} moments, leaves what an uninterrupted one leaves, event for event`, async () => {
    const run = await StationRun.in(join(folder, 'killed'), models);
    const random = SeededRandom.for(1, 'kills');
    let done = 0;
    let workedMs = 0;
    let atWork = 0;
    for (const [i, moment] of killMoments(kills, random).entries()) {
      const process = run.start();
      // Of the uninterrupted run at first, then more and more of this one.
      const msPerRecord = (0.2 * pace.workMs + workedMs) / (0.2 * progress + done);
      // On average a fair share of what is left, so that the last one finds some.
      const workMs = (2 * (progress - done) * msPerRecord) / (kills - i + 2);
      workedMs += await momentOf(process, moment, run.path, { ...pace, workMs }, random);
      const { signal, stderr } = await process.kill('SIGKILL');
      assert.equal(signal, 'SIGKILL', `kill ${i + 1} of ${kills} came after the end: ${stderr}`);
      const before = done;
      done = await progressOfKilled(run.path);
      if (done > before) atWork++;
    }
    assert.ok(atWork >= 15, `only ${atWork} of ${kills} kills hit a process that had committed something`);
    assert.equal(summaryOf(await run.start().ended), summary);
    assertSameOutcome(await run.outcome(), outcome);
  });

  it('interrupted, ends in good order at once, and goes on to the same result', async () => {
    const run = await StationRun.in(join(folder, 'interrupted'), models);
    const process = run.start();
    const early = { ...pace, workMs: pace.workMs / 5 };
    await momentOf(process, 'work', run.path, early, SeededRandom.for(1, 'interruption'));
    const signalledMs = performance.now();
    const { exitCode, signal, stderr } = await process.kill('SIGINT');
    const stoppedMs = performance.now() - signalledMs;
    assert.deepEqual({ exitCode, signal }, { exitCode: 0, signal: null }, stderr);
    assert.ok(stoppedMs < 5000, `it took ${stoppedMs.toFixed(0)} ms`);
    assert.ok((await runProgress(run.path)) < progress, 'it was interrupted before its end');
    assert.equal(summaryOf(await run.start().ended), summary);
    assertSameOutcome(await run.outcome(), outcome);
  });
});

/** The last line of a process that came to its end by itself. */
function summaryOf({ exitCode, signal, stdout, stderr }: ProcessEnd): string {
  assert.deepEqual({ exitCode, signal }, { exitCode: 0, signal: null }, stderr);
  return stdout.trimEnd().split('\n').at(-1)!;
}
