import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  advanceStation,
  noLeaks,
  orbitSteps,
  settledStation,
  stationParameters,
} from '../../../../services/sources/simulator/station.ts';
import type { Station } from '../../../../services/sources/simulator/station.ts';
import { totalMmhg } from '../../../../services/sources/simulator/subsystems/atmosphere.ts';

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
}

/** Pearson's. */
function correlation(a: readonly number[], b: readonly number[]): number {
  return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
}

function size(vector: readonly number[]): number {
  return Math.hypot(...vector);
}

describe('the physics', () => {
  const stations: Station[] = [];
  before(() => {
    const parameters = stationParameters(11);
    stations.push(settledStation(parameters, -1));
    while (stations.length < 4 * orbitSteps) stations.push(advanceStation(stations.at(-1)!, parameters, noLeaks));
  });

  it('puts the station into eclipse for a third of each orbit', () => {
    const dark = stations.filter(({ orbit }) => orbit.sunlight === 0).length / stations.length;
    assert.ok(dark > 0.3 && dark < 0.42, `${dark}`);
  });

  it('gives no array current in eclipse and all of the load in the sun', () => {
    // Ten minutes into the night, and out of it.
    const settled = stations.filter(
      (_, i) => i >= 120 && stations[i - 120]!.orbit.sunlight === stations[i]!.orbit.sunlight,
    );
    for (const { orbit, power } of settled) {
      const total = power.currentA.reduce((sum, amps) => sum + amps, 0);
      if (orbit.sunlight === 0) assert.ok(total < 1.5, `${total} A in the dark`);
      if (orbit.sunlight === 1) assert.ok(total > 8 * 20, `${total} A in the sun`);
    }
  });

  it('drains the batteries by night and fills them by day', () => {
    stations.forEach(({ orbit, power }, i) => {
      const before = stations[i - 60];
      if (!before || before.orbit.sunlight !== orbit.sunlight) return;
      if (orbit.sunlight === 0) assert.ok(power.charge[0]! < before.power.charge[0]!);
      assert.ok(power.charge[0]! > 0.5 && power.charge[0]! <= 1);
    });
    assert.ok(Math.abs(stations.at(-1)!.power.charge[0]! - stations.at(-1 - orbitSteps)!.power.charge[0]!) < 0.01);
  });

  it('lowers the voltage with the batteries by night', () => {
    const night = stations.filter(
      (_, i) => i > 90 && stations[i - 90]!.orbit.sunlight === 0 && stations[i]!.orbit.sunlight === 0,
    );
    const voltage = night.map(({ power }) => power.voltageV[0]!);
    assert.ok(
      correlation(
        voltage,
        night.map(({ power }) => power.charge[0]!),
      ) > 0.95,
    );
  });

  it('makes oxygen on sunlight, and the cabin breathes it', () => {
    const rate = stations.map(({ oxygen }) => oxygen.poundsPerDay);
    assert.ok(
      correlation(
        rate,
        stations.map(({ orbit }) => orbit.sunlight),
      ) > 0.6,
    );
    const rise = stations.map(
      ({ atmosphere }, i) =>
        atmosphere.air.node3.oxygen - (stations[i - 1] ?? stations[0]!).atmosphere.air.node3.oxygen,
    );
    assert.ok(correlation(rate, rise) > 0.6);
  });

  it('raises the pressure while the nitrogen valve is open, and lets it fall while it is closed', () => {
    let opened = 0;
    stations.forEach(({ atmosphere, oxygen }, i) => {
      const before = stations[i - 24]?.atmosphere;
      if (!before || before.nitrogenValveOpen !== atmosphere.nitrogenValveOpen) return;
      const rise = atmosphere.air.lab.nitrogen - before.air.lab.nitrogen;
      if (!atmosphere.nitrogenValveOpen) return;
      opened++;
      assert.ok(rise > 0);
      assert.ok(oxygen.nitrogenDroop > 0.3);
    });
    assert.ok(opened > 0);
    const pressures = stations.map(({ atmosphere }) => totalMmhg(atmosphere.air.lab));
    assert.ok(Math.min(...pressures) > 745 && Math.max(...pressures) < 750);
  });

  it('gives more carbon dioxide while the crew exercises', () => {
    const rise = stations.map(
      ({ atmosphere }, i) =>
        atmosphere.air.node3.carbonDioxide - (stations[i - 1] ?? stations[0]!).atmosphere.air.node3.carbonDioxide,
    );
    assert.ok(
      correlation(
        rise,
        stations.map(({ crew }) => crew.exercise),
      ) > 0.5,
    );
  });

  it('stores the outside torque as momentum and takes it out with thrusters, again and again', () => {
    let desaturations = 0;
    stations.forEach(({ attitude }, i) => {
      const before = stations[i - 1]?.attitude;
      if (!before) return;
      if (attitude.desaturating && !before.desaturating) desaturations++;
      if (attitude.desaturating && before.desaturating)
        assert.ok(size(attitude.momentumNms) < size(before.momentumNms));
      assert.ok(size(attitude.momentumNms) < 7600);
    });
    assert.ok(desaturations >= 3 && desaturations <= 8, `${desaturations}`);
  });

  it('loads the bearings by torque and warms them by friction', () => {
    const drawn = stations.map(({ cmg }) => cmg.spinMotorA[0]!);
    assert.ok(
      correlation(
        drawn,
        stations.map(({ cmg }) => Math.abs(cmg.gimbalRate[0]!)),
      ) > 0.6,
    );
    assert.ok(
      correlation(
        drawn,
        stations.map(({ cmg }) => cmg.vibrationG[0]!),
      ) > 0.8,
    );
  });

  it("passes the ammonia loop's warmth on to the water loops that it cools", () => {
    const leaking = { ...noLeaks, ammoniaPerS: { a: 2e-5, b: 0 } };
    const parameters = stationParameters(11);
    let [tight, leaky] = [stations.at(-1)!, stations.at(-1)!];
    for (let i = 0; i < 200; i++) {
      tight = advanceStation(tight, parameters, noLeaks);
      leaky = advanceStation(leaky, parameters, leaking);
    }
    const warmer = (of: (station: Station) => number): number => of(leaky) - of(tight);
    assert.ok(warmer(({ thermal }) => thermal.ammonia.a.outletC) > 0.2);
    assert.ok(warmer(({ thermal }) => thermal.water.labLow.supplyC) > 0.03);
    assert.equal(
      warmer(({ thermal }) => thermal.water.labMedium.supplyC),
      0,
    );
  });

  it('fills the clean tank while the processor flows, and empties the urine tank while it distils', () => {
    stations.forEach(({ water }, i) => {
      const before = stations[i - 1]?.water;
      if (!before) return;
      assert.equal(water.urinePct < before.urinePct, water.distilling);
      assert.equal(water.cleanPct > before.cleanPct, water.step === 'flow');
    });
  });
});
