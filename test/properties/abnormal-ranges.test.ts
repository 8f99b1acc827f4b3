import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { judgements, type Verdict } from '../../pipelines/commands.ts';
import { abnormalRanges, distrustedModels } from '../../pipelines/training/abnormal-ranges.ts';
import { lengthMs, meeting, union } from '../../pipelines/training/time-ranges.ts';

const range = fc
  .record({ at: fc.nat({ max: 60 }), for: fc.integer({ min: 1, max: 20 }) })
  .map(({ at, for: length }) => ({ fromMs: at, toMs: at + length }));
const anomalies = fc.array(
  fc.tuple(range, fc.boolean()).map(([{ fromMs, toMs }, isOpen]) => anomalyOf(fromMs, toMs, isOpen)),
  { maxLength: 5 },
);
const verdicts = fc.array(
  fc
    .tuple(range, fc.constantFrom(...judgements))
    .map(([{ fromMs, toMs }, judgement]) => ({ fromMs, toMs, judgement }) as Verdict),
  { maxLength: 5 },
);

function anomalyOf(startMs: number, endMs: number, isOpen = false, modelVersion = 'dense-1'): AnomalyEvent {
  const type = isOpen ? 'extended' : 'closed';
  return { type, startMs, endMs, modelVersion } as AnomalyEvent;
}

describe('times that must not teach', () => {
  it('of each moment the newest verdict decides, and where there is none whether it alarmed', () => {
    fc.assert(
      fc.property(anomalies, verdicts, (found, given) => {
        const isAbnormal = meeting(abnormalRanges({ anomalies: found, verdicts: given }));
        for (let time = 0; time < 100; time++) {
          const last = given.findLast(
            ({ fromMs, toMs, judgement }) => judgement !== 'note' && fromMs <= time && time < toMs,
          );
          const alarmed = found.some(
            ({ type, startMs, endMs }) => startMs <= time && (type !== 'closed' || time < endMs),
          );
          assert.equal(isAbnormal(time, time + 1), last ? last.judgement !== 'normal' : alarmed, `${time}`);
        }
      }),
    );
  });

  it('are disjoint and ascending', () => {
    fc.assert(
      fc.property(anomalies, verdicts, (found, given) => {
        const ranges = abnormalRanges({ anomalies: found, verdicts: given });
        ranges.forEach(({ fromMs, toMs }, index) => {
          assert.ok(fromMs < toMs);
          if (index > 0) assert.ok(ranges[index - 1]!.toMs <= fromMs);
        });
      }),
    );
  });

  it('a union covers what its parts do', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 8 }), (ranges) => {
        const covered = Array.from({ length: 100 }, (_, time) =>
          ranges.some(({ fromMs, toMs }) => fromMs <= time && time < toMs),
        );
        assert.equal(lengthMs(union(ranges)), covered.filter(Boolean).length);
      }),
    );
  });

  it('a model that found most of its time abnormal is distrusted, and another is not for that', () => {
    const governing = [
      { modelVersion: 'dense-1', effectiveFromMs: 0 },
      { modelVersion: 'dense-2', effectiveFromMs: 1000 },
      { modelVersion: 'dense-1', effectiveFromMs: 1100 },
    ];
    const found = [anomalyOf(100, 300), anomalyOf(1020, 1090, false, 'dense-2')];
    const within = { fromMs: 0, toMs: 2000 };
    assert.deepEqual(distrustedModels(found, governing, within, 0.5), ['dense-2']);
    assert.deepEqual(distrustedModels(found, governing, within, 0.8), []);
    assert.deepEqual(distrustedModels(found, governing, { fromMs: 100, toMs: 300 }, 0.5), ['dense-1']);
  });
});
