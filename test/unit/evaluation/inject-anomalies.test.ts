import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { injectAnomalies, type InjectionPlan } from '../../../pipelines/evaluation/inject-anomalies.ts';
import { SeededRandom } from '../../../pipelines/random.ts';

const channels = 3;
const plan: InjectionPlan = {
  share: 0.05,
  leastRows: 20,
  mostRows: 60,
  leastAmplitude: 2,
  mostAmplitude: 4,
  faulty: [0, 2],
  seed: 1,
};

function telemetry(rows: number): Float64Array {
  const random = SeededRandom.for(7, 'telemetry');
  return Float64Array.from({ length: rows * channels }, (_, at) => (at % channels === 2 ? 100 : 1) * random.normal());
}

describe('injected anomalies', () => {
  it('are the same for the same seed, others for another, and leave the telemetry that was given as it is', () => {
    const values = telemetry(2000);
    const before = values.slice();
    const [first, again, other] = [1, 1, 2].map((seed) => injectAnomalies({ values, channels }, { ...plan, seed }));
    assert.deepEqual(values, before);
    assert.deepEqual(again, first);
    assert.notDeepEqual(other!.injections, first!.injections);
  });

  it('take about their share of the rows, apart from each other and ascending, and change nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 5000 }), fc.nat(), (rows, seed) => {
        const values = telemetry(rows);
        const injected = injectAnomalies({ values, channels }, { ...plan, seed });
        let end = 0;
        let spoilt = 0;
        const isSpoilt = new Uint8Array(values.length);
        for (const {
          rows: [first, last],
          columns,
        } of injected.injections) {
          assert.ok(first >= end && last < rows && last - first + 1 <= plan.mostRows);
          end = last + 1;
          spoilt += last - first + 1;
          assert.ok(columns.length > 0 && columns.every((column) => plan.faulty.includes(column)));
          for (let row = first; row <= last; row++) for (const column of columns) isSpoilt[row * channels + column] = 1;
        }
        values.forEach((value, at) => isSpoilt[at] === 1 || assert.equal(injected.values[at], value));
        const least = (rows * plan.share) / 2 - plan.mostRows;
        assert.ok(spoilt >= least && spoilt <= 1.5 * rows * plan.share + plan.mostRows, `${spoilt} of ${rows}`);
      }),
      { numRuns: 50 },
    );
  });

  it('are as large as the plan says, in units of the channel', () => {
    const values = telemetry(20_000);
    const { values: spoilt, injections } = injectAnomalies({ values, channels }, plan);
    const steps = injections.filter(({ kind }) => kind === 'step');
    assert.ok(steps.length > 0);
    for (const {
      rows: [first],
      columns,
    } of steps)
      for (const column of columns) {
        const added = Math.abs(spoilt[first * channels + column]! - values[first * channels + column]!);
        const unit = column === 2 ? 100 : 1;
        assert.ok(added > 1.9 * unit && added < 4.1 * unit, `${added}`);
      }
  });

  it('leave a channel that never moves alone, where another moves', () => {
    const values = Float32Array.from({ length: 3000 }, (_, at) => (at % channels === 0 ? Math.sin(at) : 5));
    const { injections } = injectAnomalies({ values, channels }, { ...plan, faulty: [0, 1] });
    assert.ok(injections.length > 0 && injections.every(({ columns }) => columns.join() === '0'));
    const still = { values: new Float32Array(3000).fill(5), channels };
    assert.ok(
      injectAnomalies(still, plan).values.some((value) => value !== 5),
      'but not where nothing moves',
    );
  });
});
