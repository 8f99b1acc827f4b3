import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { parameterDictionary } from '../../../../pipelines/telemetry/dictionary/parameter-dictionary.ts';
import { lossOfSignalNear } from '../../../../services/sources/simulator/loss-of-signal.ts';
import { SampleColumns } from '../../../../services/sources/simulator/sample-columns.ts';
import { orbitSteps, stepMs } from '../../../../services/sources/simulator/station.ts';
import { stationDefinitions, streamTiming } from '../../../../services/sources/simulator/station-streams.ts';
import { TelemetryGenerator } from '../../../../services/sources/simulator/telemetry-generator.ts';
import { generate, stationChannels } from './generated-telemetry.ts';
import type { Telemetry } from './generated-telemetry.ts';

const definitions = stationDefinitions('simulator');
const channels = definitions.flatMap(({ channels, staleAfterMs }) =>
  channels.map((channel) => ({ ...channel, staleAfterMs: channel.staleAfterMs ?? staleAfterMs })),
);

describe('the station', () => {
  it('sends at least 120 real parameters in at least 10 streams of 7 to 16 channels, each in one stream', () => {
    const ids = channels.map(({ id }) => id);
    assert.ok(definitions.length >= 10);
    assert.ok(ids.length >= 120);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => parameterDictionary.has(id)));
    for (const { stream, channels } of definitions) {
      assert.ok(channels.length >= 7 && channels.length <= 16, stream);
    }
  });

  it('declares a noise for every scored channel and none for context', () => {
    for (const { id, role, sigma } of stationChannels) assert.equal(sigma > 0, role === 'scored', id);
  });
});

describe('normal telemetry', () => {
  const orbits = 5;
  const seeds = [1, 2];
  let runs: readonly Telemetry[];
  before(() => {
    runs = seeds.map((seed) => generate(seed, orbits * orbitSteps));
  });

  it('is finite and within every hard limit', () => {
    for (const telemetry of runs)
      for (const { id, hardLimits } of channels)
        for (const { value } of telemetry.get(id)!)
          assert.ok(
            Number.isFinite(value) &&
              value >= (hardLimits?.low ?? -Infinity) &&
              value <= (hardLimits?.high ?? Infinity),
            `${id} ${value}`,
          );
  });

  it('gives only states that the dictionary knows', () => {
    for (const channel of channels)
      if (channel.kind === 'enumeration') {
        const known = new Set(channel.states.map(({ value }) => value));
        for (const telemetry of runs)
          for (const { value } of telemetry.get(channel.id)!) assert.ok(known.has(value), `${channel.id} ${value}`);
      }
  });

  it('never lets a channel rest for as long as would make it stale', () => {
    for (const telemetry of runs)
      for (const { id, staleAfterMs } of channels) {
        const times = telemetry
          .get(id)!
          .map(({ timeMs }) => timeMs)
          .sort((a, b) => a - b);
        const end = orbits * orbitSteps * stepMs;
        const rest = Math.max(...times.map((time, i) => (times[i + 1] ?? end) - time));
        assert.ok(rest < staleAfterMs, `${id} rests ${rest} ms`);
      }
  });

  it('samples what is not sent on change once an interval', () => {
    for (const { id, onChange } of stationChannels)
      if (!onChange) {
        const cells = runs[0]!.get(id)!.map(({ step }) => step);
        assert.equal(new Set(cells).size, cells.length, id);
        assert.ok(cells.length >= orbits * orbitSteps - 1, id);
      }
  });

  it('sends what is sent on change only when it changes or has not been sent for half an hour', () => {
    for (const { id, onChange } of stationChannels) {
      if (!onChange) continue;
      const samples = runs[0]!.get(id)!.toSorted((a, b) => a.timeMs - b.timeMs);
      const repeated = samples.filter(({ value }, i) => i > 0 && value === samples[i - 1]!.value);
      assert.ok(repeated.length <= (orbits * orbitSteps * stepMs) / 1_800_000 + 1, `${id} ${repeated.length}`);
    }
  });

  it('comes back to the same values orbit after orbit', () => {
    for (const { id, role, sigma } of stationChannels) {
      if (role !== 'scored') continue;
      const range = (orbit: number): [number, number] => {
        const values = runs[0]!
          .get(id)!
          .filter(({ step }) => Math.floor(step / orbitSteps) === orbit)
          .map(({ value }) => value);
        return [Math.min(...values), Math.max(...values)];
      };
      const [first, last] = [range(0), range(orbits - 1)];
      const spread = Math.max(first[1] - first[0], 10 * sigma);
      assert.ok(Math.abs(first[0] - last[0]) < 0.5 * spread && Math.abs(first[1] - last[1]) < 0.5 * spread, id);
    }
  });

  it('moves a swinging channel, within an orbit, by many times its noise', () => {
    for (const { id, swings, sigma } of stationChannels) {
      if (!swings) continue;
      const values = runs[0]!.get(id)!.map(({ value }) => value);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      assert.ok(Math.sqrt(variance) > 4 * sigma, `${id} ${Math.sqrt(variance) / sigma}`);
    }
  });
});

describe('the downlink', () => {
  it('delivers some samples out of order, and none later than the watermark allows', () => {
    const generator = TelemetryGenerator.fromStart({ seed: 5, epochMs: 0, lossOfSignal: false, faultsAt: () => [] });
    let [highest, reordered, late] = [-Infinity, 0, 0];
    while (generator.step < 500) {
      const columns = new SampleColumns();
      generator.advance(columns);
      for (const [, timeMs] of columns.rows()) {
        if (timeMs < (generator.step - 1) * stepMs) reordered++;
        if (timeMs < highest - streamTiming.outOfOrdernessMs) late++;
        highest = Math.max(highest, timeMs);
      }
      // The tick that may follow.
      if (columns.rows().some(([, timeMs]) => timeMs < generator.step * stepMs - streamTiming.outOfOrdernessMs)) late++;
    }
    assert.ok(reordered > 100);
    assert.equal(late, 0);
  });

  it('falls silent in a loss of signal, and delivers what was recorded in one late burst', () => {
    const seed = 4;
    const { startStep, endStep, dumpStep } = lossOfSignalNear(seed, 0);
    const settings = { seed, epochMs: 0, faultsAt: () => [] };
    const generator = TelemetryGenerator.fromStart({ ...settings, lossOfSignal: true });
    while (generator.step < startStep) generator.advance(new SampleColumns());
    const silent = new SampleColumns();
    while (generator.step < endStep) generator.advance(silent);
    assert.equal(silent.length, 0);
    const resumed = new SampleColumns();
    while (generator.step < dumpStep) generator.advance(resumed);
    assert.ok(resumed.length > 0);
    assert.ok(resumed.rows().every(([, timeMs]) => timeMs >= (endStep - 1) * stepMs));
    const burst = new SampleColumns();
    generator.advance(burst);
    assert.ok(burst.rows().filter(([, timeMs]) => timeMs < endStep * stepMs).length > 80 * (endStep - startStep));
  });

  it('loses nothing in a loss of signal', () => {
    const [heard, whole] = [generate(4, 2000, { lossOfSignal: true }), generate(4, 2000)];
    for (const [id, samples] of whole)
      assert.deepEqual(
        heard.get(id)!.toSorted((a, b) => a.timeMs - b.timeMs),
        samples.toSorted((a, b) => a.timeMs - b.timeMs),
        id,
      );
  });
});
