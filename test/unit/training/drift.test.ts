import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BundleManifest } from '../../../pipelines/autoencoders/bundle.ts';
import type { WindowMatrix } from '../../../pipelines/features/transform-window.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import { channelStatistics } from '../../../pipelines/training/channel-statistics.ts';
import { driftBound, driftFindings, hasDrifted } from '../../../pipelines/training/drift.ts';
import { smirnovCritical } from '../../../pipelines/training/value-distribution.ts';

const rows = 8;
const definition = streamDefinitionSchema.parse({
  stream: 's',
  name: 'S',
  source: 'test',
  intervalMs: 1000,
  windowLengthMs: rows * 1000,
  strideMs: rows * 1000,
  staleAfterMs: 1000,
  warmUpMs: 8000,
  channels: [
    { id: 'noise', name: 'noise', kind: 'real' },
    { id: 'tank', name: 'tank', kind: 'real' },
    { id: 'still', name: 'still', kind: 'real' },
    { id: 'count', name: 'count', kind: 'counter', rolloverAt: 1e9 },
  ],
});

/** What may be otherwise than in training. */
interface Change {
  readonly noise?: number;
  readonly tank?: number;
  readonly still?: number;
}

/** Windows from one on: noise, a tank that fills in 400 windows and is emptied, a channel that stands still, a counter. */
function flown(first: number, count: number, { noise = 0, tank = 0, still = 0 }: Change = {}): WindowMatrix[] {
  return Array.from({ length: count }, (_, index) => {
    const window = first + index;
    const random = SeededRandom.for(window, 'drift');
    const row = (at: number): number[] => [
      random.normal() + noise,
      (window % 400) + at / rows + tank,
      5 + still,
      window * rows + at,
    ];
    return {
      values: Float64Array.from(Array.from({ length: rows }, (__, at) => row(at)).flat()),
      mask: new Uint8Array(rows * 4).fill(2),
    };
  });
}

const random = new SeededRandom('errors');
const errors = (count: number, factor = 1): number[] =>
  Array.from({ length: count }, () => factor * Math.exp(random.normal()));
const manifest = {
  definition,
  statistics: channelStatistics(definition, rows, flown(0, 800)),
  holdoutErrors: errors(200),
} as unknown as BundleManifest;

function drifted(change: Change, recentErrors: readonly number[] = []): (string | null)[] {
  return driftFindings(manifest, flown(1650, 100, change), recentErrors)
    .filter(({ statistic, bound }) => statistic > bound)
    .map(({ channelId }) => channelId);
}

test('telemetry that goes on as in training has not drifted, be it in one corner of what it was', () => {
  assert.deepEqual(drifted({}, errors(100)), []);
  assert.equal(hasDrifted(driftFindings(manifest, flown(1650, 100), errors(100))), false);
});

test('each channel that left what it was is told, and counters, which only rise, are not asked', () => {
  assert.deepEqual(drifted({ noise: 1.5 }), ['noise']);
  assert.deepEqual(drifted({ tank: 1000 }), ['tank']);
  assert.deepEqual(drifted({ still: 0.001 }), ['still']);
  assert.deepEqual(drifted({ still: -0.001 }), ['still']);
});

test('errors three times as great have drifted, and the bound is no less than that of chance', () => {
  assert.deepEqual(drifted({}, errors(100, 3)), [null]);
  const [found] = driftFindings(manifest, [], errors(20, 3));
  assert.ok(found!.bound >= smirnovCritical(20, 200, 0.001));
});

test('what is farthest beyond its bound is told first', () => {
  const [first] = driftFindings(manifest, flown(1650, 100, { still: 1, noise: 1.5 }), []);
  assert.equal(first!.channelId, 'still');
});

test('the bound is a third of the way from the farthest part of the training to complete separation', () => {
  assert.ok(Math.abs(driftBound(0.1) - 0.4) < 1e-12);
  assert.equal(driftBound(1), 1);
});
