import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SeededRandom } from '../../../pipelines/random.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import { contaminatedTimes, standingApart, usualGuard } from '../../../pipelines/training/contamination.ts';
import type { FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import { screenWindows } from '../../../pipelines/training/screen-windows.ts';
import { meeting } from '../../../pipelines/training/time-ranges.ts';
import type { TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import { closeFitPorts, openFitPorts } from '../../../services/host/fit-ports.ts';

/** Log-normal, as errors of windows mostly are. */
const ordinary = (count: number): number[] => {
  const random = new SeededRandom('errors');
  return Array.from({ length: count }, () => Math.exp(0.4 * random.normal()));
};
const windowsOf = (count: number): { startMs: number; endMs: number }[] =>
  Array.from({ length: count }, (_, index) => ({ startMs: index * 4, endMs: index * 4 + 16 }));

describe('what stands apart', () => {
  test('is what is far above the bulk, and hardly any of what is not', () => {
    const errors = [...ordinary(950), ...Array.from({ length: 50 }, () => 30)];
    const apart = standingApart(errors, usualGuard.deviations);
    assert.deepEqual(
      apart.filter((index) => index >= 950).length,
      50,
      'every contaminated one, though they are a twentieth',
    );
    assert.ok(apart.length - 50 <= 5, `${apart.length - 50} of 950 ordinary ones`);
  });

  test('is nothing among equals, and one that is a little greater stays', () => {
    assert.deepEqual(standingApart([], 3.5), []);
    assert.deepEqual(standingApart([2, 2, 2, 2.4], 3.5), []);
    assert.deepEqual(standingApart([0, 0, 0, 0], 3.5), []);
    assert.deepEqual(standingApart([2, 2, 2, 9], 3.5), [3]);
  });

  test('takes the windows that share half of their rows with it, and none where it would take too many', () => {
    const windows = windowsOf(100);
    const errors = Array.from({ length: 100 }, (_, index) => (index === 50 ? 100 : 1));
    const isContaminated = meeting(contaminatedTimes(windows, errors, { deviations: 3.5, mostShare: 0.05 }));
    const taken = windows.flatMap(({ startMs, endMs }, index) => (isContaminated(startMs, endMs) ? [index] : []));
    assert.deepEqual(taken, [49, 50, 51, 52]);
    assert.deepEqual(contaminatedTimes(windows, errors, { deviations: 3.5, mostShare: 0.03 }), []);
  });
});

/** Six faults of 20 rows: 5 % of 2400. Each channel by itself is as ever, so no limit would tell. */
const isFault = (row: number): boolean => row % 400 >= 200 && row % 400 < 220;

describe('the screen of a first fit', () => {
  const rows = 16;
  const definition = streamDefinitionSchema.parse({
    stream: 's',
    name: 'S',
    source: 'test',
    intervalMs: 1000,
    windowLengthMs: 16_000,
    strideMs: 4000,
    staleAfterMs: 1000,
    warmUpMs: 16_000,
    channels: ['a', 'b'].map((id) => ({ id, name: id, kind: 'real' })),
  });
  let ports: FitPorts;
  before(async () => {
    ports = await openFitPorts();
  });
  after(() => closeFitPorts(ports));

  /** Two waves; where `isFaulty`, the second has lost the first. */
  const flown = (isFaulty: (row: number) => boolean): TrainingWindow[] =>
    Array.from({ length: 600 }, (_, index) => {
      const values = new Float64Array(rows * 2);
      for (let row = 0; row < rows; row++) {
        const at = index * 4 + row;
        const noise = SeededRandom.for(at, 'noise');
        const wave = Math.sin(at / 5);
        values.set([wave + 0.1 * noise.normal(), (isFaulty(at) ? -wave : wave) + 0.1 * noise.normal()], row * 2);
      }
      return {
        startMs: index * 4000,
        endMs: (index * 4 + rows) * 1000,
        values,
        mask: new Uint8Array(rows * 2).fill(2),
      };
    });

  test('leaves out what does not belong, which a twentieth of the rows cannot teach it, and little else', async () => {
    const windows = flown(isFault);
    const isLeftOut = meeting(await screenWindows(definition, windows, usualGuard, ports));
    const faulty = (window: TrainingWindow): number =>
      Array.from({ length: rows }, (_, row) => window.startMs / 1000 + row).filter(isFault).length;
    const left = windows.filter(({ startMs, endMs }) => isLeftOut(startMs, endMs));
    const bad = windows.filter((window) => faulty(window) >= rows / 2);
    assert.ok(bad.length > 30);
    assert.ok(
      bad.every(({ startMs, endMs }) => isLeftOut(startMs, endMs)),
      'all that are faulty for the most part',
    );
    assert.ok(left.filter((window) => faulty(window) === 0).length <= 0.04 * windows.length);
  });

  test('leaves out little where nothing is wrong, and says the same again', async () => {
    const windows = flown(() => false);
    const times = await screenWindows(definition, windows, usualGuard, ports);
    const isLeftOut = meeting(times);
    const left = windows.filter(({ startMs, endMs }) => isLeftOut(startMs, endMs));
    assert.ok(left.length <= 0.01 * windows.length, `${left.length}`);
    assert.deepEqual(await screenWindows(definition, windows, usualGuard, ports), times);
  });
});
