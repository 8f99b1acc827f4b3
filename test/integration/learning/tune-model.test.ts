import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { presetFor } from '../../../pipelines/evaluation/presets.ts';
import { searchSpace } from '../../../pipelines/training/tuning/search-space.ts';
import { tuneModel, type TuningReport, type TuningRequest } from '../../../services/host/tune/tune-model.ts';

const dataDir = fileURLToPath(new URL('../../fixtures/datasets', import.meta.url));
const { name: _, ...fast } = presetFor('fast', 'msl');
const request: Omit<TuningRequest, 'workFolder'> = {
  dataset: 'msl',
  dataDir,
  space: searchSpace('dense', {}, ['hidden', 'code', 'activation']),
  settings: { ...fast, training: { ...fast.training, maxEpochs: 6 } },
  objective: 'injected',
  seed: 3,
  fits: 5,
  jobs: 1,
};

describe('a search for hyper-parameters', () => {
  let folder: string;
  const inFolder = (name: string): TuningRequest => ({ ...request, workFolder: () => join(folder, name) });
  let whole: TuningReport;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cupola-tune-'));
    whole = await tuneModel(inFolder('whole'), () => {}, new AbortController().signal);
  });
  after(() => rm(folder, { recursive: true }));

  it('fits as its schedule says, and gives the best first: those of the last rung, by value', () => {
    assert.deepEqual(whole.schedule, [
      { trials: 4, epochs: 2 },
      { trials: 1, epochs: 6 },
    ]);
    assert.deepEqual(
      whole.trials.map(({ rung }) => rung),
      [1, 0, 0, 0],
    );
    const values = whole.trials.slice(1).map(({ value }) => value!);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    );
    assert.equal(whole.best, whole.trials[0]);
    const { value } = whole.trials[0]!;
    assert.ok(value !== null && value >= 0 && value < 1);
    assert.ok(whole.isFinished);
  });

  it('that was called off goes on where it was, and comes to what it would have come to', async () => {
    for (const stopAfter of [3]) {
      const name = `stopped after ${stopAfter}`;
      const ending = new AbortController();
      const stopped = tuneModel(inFolder(name), ({ done }) => done === stopAfter && ending.abort(), ending.signal);
      await assert.rejects(stopped, { code: 'CUPOLA_TRAINING_ABORTED' });
      assert.equal((await readdir(join(folder, name))).length, stopAfter);
      let kept = 0;
      const again = await tuneModel(
        inFolder(name),
        ({ isKept }) => (kept += isKept ? 1 : 0),
        new AbortController().signal,
      );
      assert.equal(kept, stopAfter);
      assert.deepEqual(withoutTime(again), withoutTime(whole));
    }
  });

  it('whose time is up says so and has the best so far; more fits take those that are there', async () => {
    const short = await tuneModel({ ...inFolder('short'), maxSeconds: 0 }, () => {}, new AbortController().signal);
    assert.deepEqual([short.isFinished, short.fits, short.best], [false, 0, null]);
    let kept = 0;
    const more = { ...inFolder('whole'), fits: 6 };
    await tuneModel(more, ({ isKept }) => (kept += isKept ? 1 : 0), new AbortController().signal);
    assert.ok(kept >= 4);
  });

  it('fits what ended by itself no second time, and leaves aside what does not go with the telemetry', async () => {
    const space = searchSpace('pca', {}, ['code']);
    const settings = { ...request.settings, windowRows: 20 };
    const some = { ...inFolder('pca'), space, settings, fits: 12, objective: 'holdout' as const };
    const fitted: string[] = [];
    const { trials, best } = await tuneModel(
      some,
      ({ fit, isKept }) => isKept || fitted.push(`${fit.trial}`),
      new AbortController().signal,
    );
    assert.equal(new Set(fitted).size, fitted.length);
    assert.ok(trials.some(({ failure }) => failure?.includes('code')));
    assert.equal(best!.failure, null);
    assert.ok(best!.value! > 0 && best!.value! < 2);
  });
});

function withoutTime({ trials, best, workFolder: _unused, ...report }: TuningReport): unknown {
  const untimed = trials.map(({ seconds: _seconds, ...trial }) => trial);
  return { ...report, trials: untimed, best: best?.trial };
}
