import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { ScoredWindows } from '../../../pipelines/ports.ts';
import { imputedCourse } from '../../../pipelines/scoring/imputed-course.ts';
import { WholeReconstruction } from '../../../pipelines/scoring/whole-reconstruction.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import { closeFitPorts, openFitPorts } from '../../../services/host/fit-ports.ts';
import { fitOnTelemetry } from '../../../services/host/fit-on-telemetry.ts';
import { hiddenStretches, withoutStretches } from '../../../services/host/impute/hide-samples.ts';
import { gappyWindows, imputedCsv, imputeTelemetry } from '../../../services/host/impute/impute-telemetry.ts';
import { modelTelemetry, simulatedDefinition } from '../../../services/host/model-telemetry.ts';

const { signal } = new AbortController();
const definition = { ...simulatedDefinition('atmosphere'), windowLengthMs: 160_000 };
const hiding = { share: 0.1, gapRows: 12, seed: 1 };
const ports = await openFitPorts();
after(() => closeFitPorts(ports));

describe('imputed telemetry', () => {
  let samples: SampleBatch;
  let bundle: Bundle;

  before(async () => {
    samples = await modelTelemetry(definition, { seed: 1, orbits: 4 }, signal);
    bundle = await fitOnTelemetry(definition, samples, { name: 'dense', settings: {} }, ports, { maxEpochs: 2 });
  });

  it('is nearer to what was hidden than interpolation and the last value, on telemetry that was not trained on', async () => {
    const report = await imputeTelemetry(bundle, { seed: 1, orbits: 5 }, hiding, ports.runtime, signal);
    assert.ok(!report.seenInTraining && report.hasConverged && report.rounds < 30, `${report.rounds} rounds`);
    assert.equal(report.errors!.length, 8);
    const all = (of: 'model' | 'interpolation' | 'lastValue'): number =>
      report.errors!.reduce((sum, error) => sum + (error[of] / error.deviation) ** 2, 0) / 8;
    assert.ok(all('model') < 0.9 * all('interpolation'), `${all('model')}, interpolated ${all('interpolation')}`);
    assert.ok(all('interpolation') < all('lastValue'));
    const first = report.channels[0]!;
    assert.equal(imputedCsv(report).trimEnd().split('\n').length, report.rows + 1);
    assert.ok(first.imputed.some((value) => value !== null));
    first.imputed.forEach((value, row) => assert.ok(value === null || first.observed[row] === null));
  });

  it('is never scored: windows and scores are the same, to the bit, before and after', async () => {
    const { eventTimeMs } = samples;
    const hidden = hiddenStretches(definition, hiding, eventTimeMs[0]!, eventTimeMs.at(-1)!);
    const windows = gappyWindows(definition, withoutStretches(samples, definition, hidden)).slice(0, 40);
    const copy = structuredClone(windows);
    const model = await WholeReconstruction.open(bundle, ports.runtime);
    const score = (): Promise<ScoredWindows> => ports.runtime.score('as ever', model.encode(windows));
    await ports.runtime.load('as ever', bundle);
    const scored = await score();
    const { imputed } = await imputedCourse(model, windows);
    assert.ok(imputed.some((value) => Number.isFinite(value)));
    assert.deepEqual(windows, copy);
    assert.deepEqual(await score(), scored);
    assert.deepEqual(model.encode(windows).weight, model.encode(copy).weight);
    await model.close();
  });

  it('is nothing where nothing is missing, and nothing where everything is', async () => {
    const model = await WholeReconstruction.open(bundle, ports.runtime);
    const whole = gappyWindows(definition, samples).slice(20, 30);
    const complete = await imputedCourse(model, whole);
    assert.deepEqual([complete.rounds, complete.hasConverged], [0, true]);
    const { scoredFeatures, rows } = model.layout;
    assert.ok(complete.imputed.every((value) => Number.isNaN(value)));
    const empty = whole.map(({ startMs, endMs, values, mask }) => {
      return { startMs, endMs, values, mask: new Uint8Array(mask.length) };
    });
    const nothing = await imputedCourse(model, empty);
    assert.ok(nothing.imputed.length >= rows * scoredFeatures && nothing.imputed.every((value) => Number.isNaN(value)));
    await model.close();
  });
});

it('a share of every regular scored channel is hidden, in stretches that do not touch', () => {
  const span = [0, 1000 * 5000] as const;
  const stretches = hiddenStretches(definition, { share: 0.2, gapRows: 10, seed: 3 }, ...span);
  for (const [channel, { role }] of definition.channels.entries()) {
    const own = stretches.filter((stretch) => stretch.channel === channel).sort((a, b) => a.fromMs - b.fromMs);
    const cells = own.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 5000, 0);
    assert.equal(cells, role === 'scored' ? 200 : 0);
    assert.ok(own.every(({ fromMs, toMs }, at) => toMs <= span[1] && (at === 0 || fromMs >= own[at - 1]!.toMs)));
  }
});
