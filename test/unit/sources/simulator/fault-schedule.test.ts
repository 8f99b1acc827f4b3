import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { amplitudeKinds, faultKinds } from '../../../../pipelines/truth.ts';
import type { Fault } from '../../../../services/sources/simulator/faults/fault.ts';
import { faultStretch, stretchSteps } from '../../../../services/sources/simulator/faults/fault-schedule.ts';
import { leakSites } from '../../../../services/sources/simulator/faults/leak-sites.ts';
import { lossesOfSignalBetween } from '../../../../services/sources/simulator/loss-of-signal.ts';
import { stepMs } from '../../../../services/sources/simulator/station.ts';
import { streamTiming } from '../../../../services/sources/simulator/station-streams.ts';
import { stationChannels } from './generated-telemetry.ts';

const firstFaultStep = 13_864;
const windowSteps = streamTiming.windowLengthMs / stepMs;
const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
const stretches = [0, 1, 2, 3];

function everyStretch(check: (faults: readonly Fault[], fromStep: number, seed: number) => void): void {
  for (const seed of seeds)
    for (const stretch of stretches)
      check(faultStretch(seed, stretch, firstFaultStep), firstFaultStep + stretch * stretchSteps, seed);
}

/** The streams that a fault shows in. */
function shownIn(fault: Fault): string[] {
  const site = fault.kind === 'leak' ? leakSites.get(fault.channelId) : undefined;
  return [fault.stream, ...Object.keys(site?.coupledIds ?? {})];
}

describe('every stretch of 90 minutes', () => {
  it('holds at least 18 whole faults, each kind at least twice', () => {
    everyStretch((faults, fromStep) => {
      assert.ok(faults.length >= 18);
      for (const kind of faultKinds) assert.ok(faults.filter((fault) => fault.kind === kind).length >= 2, kind);
      for (const { startStep, endStep } of faults)
        assert.ok(startStep >= fromStep && endStep > startStep && endStep <= fromStep + stretchSteps);
    });
  });

  it('gives at least half of the faults of each kind with an amplitude one of at most 4 sigma', () => {
    everyStretch((faults) => {
      for (const kind of faultKinds) {
        const amplitudes = faults.filter((fault) => fault.kind === kind).map(({ amplitudeSigma }) => amplitudeSigma);
        if (!amplitudeKinds.includes(kind)) assert.ok(amplitudes.every((amplitude) => amplitude === null));
        else assert.ok(2 * amplitudes.filter((amplitude) => amplitude! <= 4).length >= amplitudes.length, kind);
      }
    });
  });

  it('lets every fault but a spike last 1.5 to 3 windows', () => {
    everyStretch((faults) => {
      for (const { kind, startStep, endStep } of faults) {
        const windows = (endStep - startStep) / windowSteps;
        if (kind === 'spike') assert.ok(endStep - startStep <= 4);
        else assert.ok(windows >= 1.5 && windows <= 3, `${kind} ${windows}`);
      }
    });
  });

  it('keeps two windows between the faults that show in one stream, over the ends of stretches too', () => {
    for (const seed of seeds) {
      const faults = stretches.flatMap((stretch) => faultStretch(seed, stretch, firstFaultStep));
      for (const stream of new Set(faults.flatMap(shownIn))) {
        const inOrder = faults
          .filter((fault) => shownIn(fault).includes(stream))
          .sort((a, b) => a.startStep - b.startStep);
        inOrder.slice(1).forEach((fault, i) => assert.ok(fault.startStep - inOrder[i]!.endStep >= 2 * windowSteps));
      }
    }
  });

  it('keeps clear of losses of signal by a window', () => {
    let losses = 0;
    everyStretch((faults, fromStep, seed) => {
      for (const { startStep, dumpStep } of lossesOfSignalBetween(seed, fromStep, fromStep + stretchSteps)) {
        losses++;
        assert.ok(faults.every((fault) => fault.endStep <= startStep || fault.startStep >= dumpStep + windowSteps));
      }
    });
    assert.ok(losses > 20);
  });

  it('sticks one channel that is sent on change and one that is sampled', () => {
    everyStretch((faults) => {
      const stuck = new Set(faults.filter(({ kind }) => kind === 'stuck').map(({ channelId }) => channelId));
      const onChange = new Set(stationChannels.filter(({ id }) => stuck.has(id)).map((channel) => channel.onChange));
      assert.ok(onChange.size === 2);
    });
  });

  it('spreads its faults over at least ten streams', () => {
    everyStretch((faults) => assert.ok(new Set(faults.map(({ stream }) => stream)).size >= 10));
  });

  it('is another for another seed, and the same for the same', () => {
    assert.deepEqual(faultStretch(3, 1, firstFaultStep), faultStretch(3, 1, firstFaultStep));
    assert.notDeepEqual(faultStretch(3, 1, firstFaultStep), faultStretch(4, 1, firstFaultStep));
  });
});
