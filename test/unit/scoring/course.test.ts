import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import { combinedInUnits, courseOf, type TimedWindow } from '../../../pipelines/scoring/course.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';

const definition = streamDefinitionSchema.parse({
  stream: 's',
  name: 's',
  source: 'test',
  intervalMs: 1000,
  windowLengthMs: 4000,
  strideMs: 2000,
  staleAfterMs: 4000,
  warmUpMs: 4000,
  channels: [
    { id: 'a', name: 'a', kind: 'real' },
    { id: 'b', name: 'b', kind: 'angle', period: 360 },
  ],
});
const layout = featureLayout(definition);
const scaler = { center: [10, 0, 0], scale: [2, 1, 1] };

/** A window of channel a at `value`, b at 0 degrees, all observed. */
function window(startMs: number, value: number): TimedWindow {
  const values = Float64Array.from({ length: 8 }, (_, cell) => (cell % 2 === 0 ? value : 0));
  return { startMs, endMs: startMs + 4000, values, mask: new Uint8Array(8).fill(2) };
}

/** A reconstruction in scaled units: channel a, and b at an angle. */
function rebuilt(a: number, degrees: number): number[] {
  const radians = (degrees * Math.PI) / 180;
  return Array.from({ length: 4 }, () => [(a - 10) / 2, Math.sin(radians), Math.cos(radians)]).flat();
}

describe('a course', () => {
  it('holds the cells of its windows, and nothing where there is none', () => {
    const course = courseOf(definition, [window(0, 1), window(6000, 2)]);
    assert.deepEqual([course.startMs, course.rows], [0, 10]);
    const ofA = Array.from({ length: 10 }, (_, row) => course.values[2 * row]);
    assert.deepEqual(ofA, [1, 1, 1, 1, 0, 0, 2, 2, 2, 2]);
    assert.deepEqual(course.mask.slice(6, 14), Uint8Array.of(2, 2, 0, 0, 0, 0, 2, 2));
    assert.equal(courseOf(definition, []).rows, 0);
  });

  it('is put together of overlapping windows by their mean, in channel units, also across the full turn of an angle', () => {
    const windows = [window(0, 1), window(2000, 1), window(8000, 1)];
    const features = Float32Array.from([...rebuilt(12, 350), ...rebuilt(16, 10), ...rebuilt(20, 90)]);
    const combined = combinedInUnits(layout, scaler, courseOf(definition, windows), 1000, windows, features);
    const [ofA, ofB] = [0, 1].map((channel) => combined.filter((_, at) => at % 2 === channel));
    assert.deepEqual([...ofA!], [12, 12, 14, 14, 16, 16, Number.NaN, Number.NaN, 20, 20, 20, 20]);
    const expected = [-10, -10, 0, 0, 10, 10, Number.NaN, Number.NaN, 90, 90, 90, 90];
    expected.forEach((degrees, row) => {
      if (Number.isNaN(degrees)) assert.ok(Number.isNaN(ofB![row]));
      else assert.ok(Math.abs(ofB![row]! - degrees) < 1e-3, `row ${row}: ${ofB![row]}`);
    });
  });
});
