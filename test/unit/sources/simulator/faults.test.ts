import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { faultKinds } from '../../../../pipelines/truth.ts';
import type { FaultKind } from '../../../../pipelines/truth.ts';
import { commandedFault } from '../../../../services/sources/simulator/faults/commanded-fault.ts';
import { faultTruth } from '../../../../services/sources/simulator/faults/fault.ts';
import type { Fault } from '../../../../services/sources/simulator/faults/fault.ts';
import { FaultPlan } from '../../../../services/sources/simulator/faults/fault-plan.ts';
import { leakSites } from '../../../../services/sources/simulator/faults/leak-sites.ts';
import {
  advanceStation,
  noLeaks,
  settledStation,
  stationParameters,
  stepMs,
} from '../../../../services/sources/simulator/station.ts';
import { decouplingLagSteps } from '../../../../services/sources/simulator/telemetry-generator.ts';
import { faultCommand } from './fault-command.ts';
import { generate, stationChannels } from './generated-telemetry.ts';
import type { Telemetry } from './generated-telemetry.ts';

const seed = 9;
const steps = 520;
const startStep = 240;
const endStep = 400;

/** One value an interval: what a detector that carries the last observation would see. */
function carried(telemetry: Telemetry, id: string): (number | undefined)[] {
  const cells: (number | undefined)[] = Array.from({ length: steps }, () => undefined);
  for (const { step, value } of telemetry.get(id)!) cells[step] = value;
  for (let i = 1; i < steps; i++) cells[i] ??= cells[i - 1];
  return cells;
}

function within(telemetry: Telemetry, id: string, from = startStep, to = endStep): number[] {
  return telemetry
    .get(id)!
    .filter(({ step }) => step >= from && step < to)
    .map(({ value }) => value);
}

/** Differences from the telemetry without the fault, in sigma, sample by sample while it lasts. */
function differences(faulty: Telemetry, healthy: Telemetry, id: string): number[] {
  const { sigma } = stationChannels.find((channel) => channel.id === id)!;
  const [ours, theirs] = [carried(faulty, id), carried(healthy, id)];
  return ours.slice(startStep, endStep).map((value, i) => (value! - theirs[startStep + i]!) / sigma);
}

function meanSquare(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

function faultOn(kind: FaultKind, channelId: string, amplitudeSigma: number | null): Fault {
  const { stream } = stationChannels.find(({ id }) => id === channelId)!;
  // A spike this long is no request that the simulator takes, but shows well what one does.
  const durationMs = kind === 'spike' ? 20_000 : (endStep - startStep) * stepMs;
  const fault = { kind, channelId, amplitudeSigma, startsAfterMs: startStep * stepMs, durationMs };
  return { ...commandedFault(faultCommand(fault, { stream }), 0, 0), endStep };
}

function withFault(fault: Fault): Telemetry {
  const plan = new FaultPlan(seed, null);
  plan.command(fault);
  return generate(seed, steps, { plan });
}

/** Root mean square distance, in sigma, of a decoupled channel from its own past. */
function distanceFromPast(id: string): number {
  const { stream, sigma } = stationChannels.find((channel) => channel.id === id)!;
  const from = decouplingLagSteps + 20;
  const plan = new FaultPlan(seed, null);
  plan.command(
    commandedFault(
      faultCommand(
        {
          kind: 'decoupling',
          channelId: id,
          startsAfterMs: from * stepMs,
          durationMs: 100 * stepMs,
          amplitudeSigma: null,
        },
        { stream },
      ),
      0,
      0,
    ),
  );
  const telemetry = carried(generate(seed, steps, { plan }), id);
  const distances = Array.from({ length: 100 }, (_, i) => (telemetry[from + i]! - telemetry[20 + i]!) / sigma);
  return Math.sqrt(meanSquare(distances));
}

describe('a fault', () => {
  let healthy: Telemetry;
  before(() => {
    healthy = generate(seed, steps);
  });

  const cabinPressure = 'USLAB000058';
  const examples: Record<FaultKind, Fault> = {
    step: faultOn('step', 'USLAB000059', -3),
    drift: faultOn('drift', 'S1000003', 4),
    spike: faultOn('spike', 'P4000001', 6),
    noise: faultOn('noise', 'Z1000001', 3),
    stuck: faultOn('stuck', 'USLAB000022', null),
    oscillation: faultOn('oscillation', 'P1000002', 4),
    dropout: faultOn('dropout', 'S4000002', null),
    leak: faultOn('leak', cabinPressure, 4),
    decoupling: faultOn('decoupling', 'P4000007', null),
  };

  for (const kind of faultKinds)
    it(`(${kind}) changes nothing before it begins, and then only what its truth names`, () => {
      const fault = examples[kind];
      const faulty = withFault(fault);
      const truth = faultTruth(fault, 0);
      const named = new Set(truth.channelIds);
      for (const { id, stream } of stationChannels) {
        const [ours, theirs] = [carried(faulty, id), carried(healthy, id)];
        assert.deepEqual(ours.slice(0, startStep), theirs.slice(0, startStep), id);
        assert.deepEqual(ours.slice(endStep + 1), theirs.slice(endStep + 1), `${id} after`);
        if (!named.has(id) && !truth.coupledStreams.includes(stream)) assert.deepEqual(faulty.get(id), healthy.get(id));
      }
      assert.notDeepEqual(faulty.get(fault.channelId), healthy.get(fault.channelId));
      assert.deepEqual([truth.startMs, truth.endMs], [startStep * stepMs, endStep * stepMs]);
    });

  it('that is a step or a spike is off by its amplitude', () => {
    for (const kind of ['step', 'spike'] as const) {
      const { channelId, amplitudeSigma, sign } = examples[kind];
      const off = differences(withFault(examples[kind]), healthy, channelId);
      const { sigma, stepsPerUnit } = stationChannels.find(({ id }) => id === channelId)!;
      for (const value of off) assert.ok(Math.abs(value - sign * amplitudeSigma!) <= 1.001 / stepsPerUnit / sigma);
    }
  });

  it('that is a drift grows to its amplitude', () => {
    const off = differences(withFault(examples.drift), healthy, examples.drift.channelId);
    off.forEach((value, i) => assert.ok(Math.abs(value - (4 * (i + 1)) / off.length) < 0.25));
  });

  it('that is noise adds its amplitude squared to the variance, about a mean of nothing', () => {
    const off = differences(withFault(examples.noise), healthy, examples.noise.channelId);
    assert.ok(Math.abs(Math.sqrt(meanSquare(off)) - 3) < 0.6);
    assert.ok(Math.abs(off.reduce((sum, value) => sum + value, 0) / off.length) < 0.8);
  });

  it('that is an oscillation swings by its amplitude about what is true', () => {
    const off = differences(withFault(examples.oscillation), healthy, examples.oscillation.channelId);
    assert.ok(Math.abs(Math.sqrt(meanSquare(off)) - 4 / Math.SQRT2) < 0.3);
    assert.ok(Math.max(...off) > 3.7 && Math.min(...off) < -3.7);
  });

  it('that sticks a sampled channel repeats its last value exactly', () => {
    const faulty = withFault(examples.stuck);
    const [last] = within(healthy, 'USLAB000022', startStep - 1, startStep);
    const stuck = within(faulty, 'USLAB000022');
    assert.ok(stuck.length >= endStep - startStep - 1);
    assert.ok(stuck.every((value) => value === last));
  });

  it('that sticks a channel sent on change, or drops one out, silences it', () => {
    assert.ok(within(healthy, 'NODE3000008').length > 50);
    assert.equal(within(withFault(faultOn('stuck', 'NODE3000008', null)), 'NODE3000008').length, 0);
    assert.equal(within(withFault(examples.dropout), 'S4000002').length, 0);
  });

  it('that is a leak lowers its channel, and what is coupled moves with it', () => {
    const faulty = withFault(examples.leak);
    const end = (id: string): number => differences(faulty, healthy, id).at(-1)!;
    assert.ok(Math.abs(end(cabinPressure) + 4) < 1.5, `${end(cabinPressure)}`);
    assert.ok(end('USLAB000054') < -1);
    assert.ok(end('AIRLOCK000054') < -2);
    assert.deepEqual(faultTruth(examples.leak, 0).coupledStreams, ['oxygen']);
  });

  it('that decouples a channel gives it the values of half an hour ago, which are not those of now', () => {
    const id = 'P4000007';
    const faulty = withFault(examples.decoupling);
    assert.ok(meanSquare(differences(faulty, healthy, id)) > 25);
    // Two readings of one value differ by their noise, sqrt(2) sigma, and by the resolution.
    const distance = distanceFromPast(id);
    assert.ok(distance < 2, `${distance} sigma from the value of half an hour ago`);
  });
});

describe('every place that can leak', () => {
  for (const site of leakSites.values())
    it(`(${site.channelId}) names all that the physics moves by a quarter of its noise`, () => {
      const listed = new Set([site.channelId, ...site.alsoIds, ...Object.values(site.coupledIds).flat()]);
      const { sigma } = stationChannels.find(({ id }) => id === site.channelId)!;
      const leaks = site.leaks((12 * sigma) / (192 * 5));
      const parameters = stationParameters(seed);
      let tight = settledStation(parameters, -200);
      let leaky = tight;
      const moved = new Map(stationChannels.map(({ id }) => [id, 0]));
      for (let i = 0; i < 192; i++) {
        tight = advanceStation(tight, parameters, noLeaks);
        leaky = advanceStation(leaky, parameters, leaks);
        for (const { id, truth, sigma } of stationChannels)
          moved.set(id, Math.max(moved.get(id)!, Math.abs(truth(leaky) - truth(tight)) / (sigma || 1)));
      }
      for (const [id, by] of moved) assert.ok(listed.has(id) || by <= 0.25, `${id} moves by ${by} sigma`);
      assert.ok(moved.get(site.channelId)! > 10);
      for (const [stream, ids] of Object.entries(site.coupledIds))
        assert.ok(Math.max(...ids.map((id) => moved.get(id)!)) > 0.25, `${stream} is named and does not move`);
    });
});
