import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { CupolaError } from '../../../pipelines/errors.ts';
import { allocateFeatureWindows, createWindowEncoder } from '../../../pipelines/features/encode-window.ts';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import type { MadeWindows } from '../../../pipelines/features/made-windows.ts';
import type { WindowMatrix } from '../../../pipelines/features/transform-window.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { trainingWindows, type TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import { closeFitPorts, openFitPorts } from '../../../services/host/fit-ports.ts';
import { fitOnTelemetry } from '../../../services/host/fit-on-telemetry.ts';
import {
  generateWindows,
  interpolateWindows,
  latentUnits,
  traverseUnit,
} from '../../../services/host/latent/make-windows.ts';
import { modelTelemetry, simulatedDefinition } from '../../../services/host/model-telemetry.ts';
import { exampleBundle } from '../../conformance/example-models.ts';

const definition = { ...simulatedDefinition('atmosphere'), windowLengthMs: 80_000 };
const ports = await openFitPorts();
after(() => closeFitPorts(ports));

let windows: readonly TrainingWindow[];
let variational: Bundle;
let dense: Bundle;

before(async () => {
  const samples = await modelTelemetry(definition, { seed: 1, orbits: 3 }, new AbortController().signal);
  windows = trainingWindows(definition, samples);
  const how = { maxEpochs: 12, learningRate: 0.003 };
  const chosen = { name: 'variational', settings: { hidden: [32], code: 6, noise: 0.3 } };
  variational = await fitOnTelemetry(definition, samples, chosen, ports, how);
  const judge = { name: 'dense', settings: { hidden: [32], code: 6, seesContext: false } };
  dense = await fitOnTelemetry(definition, samples, judge, ports, how);
});

describe('windows made of codes', () => {
  it('are like training in mean and deviation of every channel', async () => {
    const made = await generateWindows(variational, { count: 200, seed: 1, like: windows });
    for (const [channel, channelId] of made.channelIds.entries()) {
      const seen = variational.manifest.statistics.find((statistics) => statistics.channelId === channelId)!;
      const own = made.values.filter((_, at) => at % made.channelIds.length === channel);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
      const off = Math.abs(mean - seen.mean) / seen.standardDeviation;
      const ratio = deviation / seen.standardDeviation;
      assert.ok(off < 0.4 && ratio > 0.6 && ratio < 1.25, `${channelId}: ${off} deviations off, ${ratio} as wide`);
    }
  });

  it('pass for normal with another model, and do not once cells of different windows are put together', async () => {
    const made = matrices(await generateWindows(variational, { count: 200, seed: 2, like: windows }));
    const ordinary = dense.manifest.holdoutMedianError;
    const generated = await medianError(made);
    const mixed = await medianError(shuffledCells(made));
    assert.ok(generated <= ordinary, `${generated}, holdout ${ordinary}`);
    assert.ok(mixed > 2 * ordinary, `${mixed} of shuffled cells, holdout ${ordinary}`);
  });

  it('are drawn from the prior without telemetry, the same for the same seed', async () => {
    const [one, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => generateWindows(variational, { count: 3, seed })),
    );
    assert.deepEqual(one, again);
    assert.notDeepEqual(one!.values, other!.values);
    const noisy = await generateWindows(variational, { count: 3, seed: 1, sensorNoise: true });
    assert.notDeepEqual(one!.values, noisy.values);
  });

  it('go from what one window is rebuilt as to what the other is', async () => {
    const [from, to] = [windows[0]!, windows.at(-1)!];
    const line = await interpolateWindows(dense, from, to, 5);
    const back = await interpolateWindows(dense, to, from, 5);
    const cells = line.rows * line.channelIds.length;
    assert.equal(line.count, 5);
    assert.deepEqual(line.values.slice(0, cells), back.values.slice(4 * cells));
    assert.notDeepEqual(line.values.slice(0, cells), line.values.slice(4 * cells));
  });

  it('differ where one latent unit is moved, and not where it stays', async () => {
    const made = await traverseUnit(variational, 0, [-2, 2, 2]);
    const cells = made.rows * made.channelIds.length;
    const [low, high, same] = [0, 1, 2].map((window) => made.values.slice(window * cells, (window + 1) * cells));
    assert.deepEqual(high, same);
    assert.notDeepEqual(low, high);
    await assert.rejects(traverseUnit(variational, 6, [0]), refusal('CUPOLA_USAGE_INVALID'));
  });

  it('come of units whose divergence tells whether they are used', async () => {
    const units = await latentUnits(variational, windows);
    assert.deepEqual(new Set(units.map(({ unit }) => unit)), new Set([0, 1, 2, 3, 4, 5]));
    assert.ok(units.every(({ divergence }, at) => at === 0 || divergence <= units[at - 1]!.divergence));
    assert.ok(units[0]!.isUsed && units[0]!.divergence > 0.5, `${units[0]!.divergence} nats`);
    await assert.rejects(latentUnits(dense, windows), refusal('CUPOLA_MODEL_UNSUITED'));
  });

  it('are refused by models without a prior, and by those without a code', async () => {
    await assert.rejects(generateWindows(dense, { count: 1, seed: 1 }), refusal('CUPOLA_MODEL_UNSUITED'));
    const limits = exampleBundle({ rows: 4, features: 2, scoredFeatures: 2 }, 1);
    await assert.rejects(generateWindows(limits, { count: 1, seed: 1 }), refusal('CUPOLA_MODEL_UNSUITED'));
    assert.equal((await generateWindows(dense, { count: 2, seed: 1, like: windows })).count, 2);
  });
});

function refusal(code: string): (error: CupolaError) => boolean {
  return (error) => error.code === code && error.subject.bound !== undefined;
}

/** Made windows as a model takes them; of context channels nothing is known. */
function matrices({ count, rows, channelIds, values }: MadeWindows): WindowMatrix[] {
  const width = definition.channels.length;
  const columns = channelIds.map((id) => definition.channels.findIndex((channel) => channel.id === id));
  return Array.from({ length: count }, (_, window) => {
    const matrix = { values: new Float64Array(rows * width), mask: new Uint8Array(rows * width) };
    for (let row = 0; row < rows; row++)
      columns.forEach((column, channel) => {
        const cell = row * width + column;
        matrix.values[cell] = values[(window * rows + row) * columns.length + channel]!;
        matrix.mask[cell] = 2;
      });
    return matrix;
  });
}

/** Each cell from a window of its own: the same values in every cell, with nothing between them. */
function shuffledCells(made: readonly WindowMatrix[]): WindowMatrix[] {
  const random = new SeededRandom(5);
  return made.map(({ mask }) => ({
    mask,
    values: Float64Array.from(mask, (_, cell) => made[random.below(made.length)]!.values[cell]!),
  }));
}

async function medianError(made: readonly WindowMatrix[]): Promise<number> {
  const layout = featureLayout(definition);
  const encode = createWindowEncoder(layout, dense.manifest.scaler);
  const features = allocateFeatureWindows(layout, made.length);
  made.forEach((window, index) => encode(window, features, index));
  await ports.runtime.load('judge', dense);
  const { featureErrors } = await ports.runtime.score('judge', features);
  const width = layout.scoredFeatures;
  const errors = Array.from(
    made,
    (_, at) => featureErrors.slice(at * width, (at + 1) * width).reduce((sum, value) => sum + value, 0) / width,
  );
  return errors.sort((a, b) => a - b)[made.length >> 1]!;
}
