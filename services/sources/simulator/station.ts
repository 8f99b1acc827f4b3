import { SeededRandom } from '../../../pipelines/random.ts';
import { advanceAtmosphere, initialAtmosphere } from './subsystems/atmosphere.ts';
import type { AtmosphereState } from './subsystems/atmosphere.ts';
import { advanceAttitude, initialAttitude } from './subsystems/attitude.ts';
import type { AttitudeState } from './subsystems/attitude.ts';
import { advanceCmg, initialCmg } from './subsystems/cmg.ts';
import type { CmgState } from './subsystems/cmg.ts';
import { advanceCommunications, initialCommunications } from './subsystems/communications.ts';
import type { CommunicationsState } from './subsystems/communications.ts';
import { crewAt } from './subsystems/crew.ts';
import type { Crew } from './subsystems/crew.ts';
import { orbitAt, orbitPeriodS } from './subsystems/orbit.ts';
import type { Orbit, OrbitParameters } from './subsystems/orbit.ts';
import { advanceOxygen, initialOxygen } from './subsystems/oxygen.ts';
import type { OxygenState } from './subsystems/oxygen.ts';
import { advancePower, initialPower } from './subsystems/power.ts';
import type { PowerState } from './subsystems/power.ts';
import { advanceThermal, eachWaterLoop, initialThermal, meanHeatKw } from './subsystems/thermal.ts';
import type { ThermalState, WaterLoopName } from './subsystems/thermal.ts';
import { advanceWater, initialWater } from './subsystems/water.ts';
import type { WaterState } from './subsystems/water.ts';
import { wander } from './first-order.ts';

/** The fixed step of integration, which is also the streams' interval. */
export const stepMs = 5000;
const stepS = stepMs / 1000;

/** Whole steps in one revolution, rounded. */
export const orbitSteps = Math.round(orbitPeriodS / stepS);

/** Everything that is true of the station at one instant: plain data, so that it can be kept as JSON and compared. */
export interface Station {
  /** Steps since the simulation's start; negative while it settles. */
  readonly step: number;
  readonly orbit: Orbit;
  readonly crew: Crew;
  /** Of the whole station. */
  readonly demandKw: number;
  readonly demandWanderKw: number;
  readonly power: PowerState;
  readonly thermal: ThermalState;
  readonly atmosphere: AtmosphereState;
  readonly oxygen: OxygenState;
  readonly water: WaterState;
  readonly attitude: AttitudeState;
  readonly cmg: CmgState;
  readonly communications: CommunicationsState;
}

/** What the seed decides of a station. */
export interface StationParameters extends OrbitParameters {
  readonly seed: number;
  readonly crewShiftOffset: number;
}

/** Losses beyond normal operation, per second; all zero unless a leak is at work. */
export interface Leaks {
  readonly ammoniaPerS: Readonly<Record<'a' | 'b', number>>;
  readonly coolantPctPerS: Readonly<Record<WaterLoopName, number>>;
  readonly cabinMmhgPerS: number;
  readonly oxygenTankKpaPerS: number;
  readonly nitrogenTankKpaPerS: number;
  readonly wasteWaterPctPerS: number;
  readonly cleanWaterPctPerS: number;
}

/** A tight station. */
export const noLeaks: Leaks = {
  ammoniaPerS: { a: 0, b: 0 },
  coolantPctPerS: eachWaterLoop(() => 0),
  cabinMmhgPerS: 0,
  oxygenTankKpaPerS: 0,
  nitrogenTankKpaPerS: 0,
  wasteWaterPctPerS: 0,
  cleanWaterPctPerS: 0,
};

/** The station that a seed stands for. */
export function stationParameters(seed: number): StationParameters {
  const random = SeededRandom.for(seed, 'station');
  return {
    seed,
    betaDeg: random.between(-35, 35),
    startPhase: random.uniform(),
    nodeRad: random.between(0, 2 * Math.PI),
    crewShiftOffset: random.uniform(),
  };
}

/** The station at a step at or before 0, settled into its cycles: integrated from rest over the orbits before. */
export function settledStation(parameters: StationParameters, step: number): Station {
  let station = stationAtRest(parameters, step - 4 * orbitSteps);
  while (station.step < step) station = advanceStation(station, parameters, noLeaks);
  return station;
}

function stationAtRest(parameters: StationParameters, step: number): Station {
  const orbit = orbitAt(step * stepS, parameters);
  return {
    step,
    orbit,
    crew: crewAt(orbit.revolutions, parameters.crewShiftOffset),
    demandKw: meanHeatKw,
    demandWanderKw: 0,
    power: initialPower,
    thermal: initialThermal,
    atmosphere: initialAtmosphere,
    oxygen: initialOxygen,
    water: initialWater,
    attitude: initialAttitude,
    cmg: initialCmg,
    communications: initialCommunications,
  };
}

/**
 * One step of the whole station. Each subsystem sees the others as they were a step ago, or as they already are where it
 * stands after them; chance comes from the seed and the step alone, so a step can be taken again.
 */
export function advanceStation(was: Station, parameters: StationParameters, leaks: Leaks): Station {
  const step = was.step + 1;
  const random = SeededRandom.for(parameters.seed, `physics ${step}`);
  const normal = (): number => random.normal();
  const orbit = orbitAt(step * stepS, parameters);
  const crew = crewAt(orbit.revolutions, parameters.crewShiftOffset);
  const demandWanderKw = wander(was.demandWanderKw, 0.2, 1200, stepS, normal());
  const demandKw = stationDemandKw(was, orbit, crew) + demandWanderKw;
  const present = { orbit, crew, demandKw, leaks, normal };
  return {
    step,
    orbit,
    crew,
    demandKw,
    demandWanderKw,
    power: advancePower(was.power, present, stepS),
    thermal: advanceThermal(
      was.thermal,
      {
        orbit,
        heatKw: demandKw + 0.8 * crew.metabolism,
        loads: waterLoopLoads(was, crew, demandKw),
        ammoniaLeakPerS: leaks.ammoniaPerS,
        waterLeakPctPerS: leaks.coolantPctPerS,
        normal,
      },
      stepS,
    ),
    ...advanceLifeSupport(was, present),
    ...advanceFlight(was, present),
  };
}

/** What all subsystems see of a step. */
interface Present {
  readonly orbit: Orbit;
  readonly crew: Crew;
  readonly demandKw: number;
  readonly leaks: Leaks;
  /** The next standard normal number of this step. */
  readonly normal: () => number;
}

/** Air, then the generator that answers it, then the water that it takes. */
function advanceLifeSupport(
  was: Station,
  { orbit, crew, demandKw, leaks, normal }: Present,
): Pick<Station, 'atmosphere' | 'oxygen' | 'water'> {
  const { revolutions } = orbit;
  const atmosphere = advanceAtmosphere(
    was.atmosphere,
    {
      revolutions,
      crew,
      oxygenPoundsPerDay: was.oxygen.poundsPerDay,
      heatLoad: demandKw / meanHeatKw,
      leakMmhgPerS: leaks.cabinMmhgPerS,
      normal,
    },
    stepS,
  );
  const oxygen = advanceOxygen(
    was.oxygen,
    {
      orbit,
      cabinOxygenMmhg: atmosphere.air.node3.oxygen,
      nitrogenValveOpen: atmosphere.nitrogenValveOpen,
      highLeakKpaPerS: leaks.oxygenTankKpaPerS,
      nitrogenLeakKpaPerS: leaks.nitrogenTankKpaPerS,
      normal,
    },
    stepS,
  );
  const water = advanceWater(
    was.water,
    {
      revolutions,
      crew,
      oxygenPoundsPerDay: oxygen.poundsPerDay,
      wasteLeakPctPerS: leaks.wasteWaterPctPerS,
      cleanLeakPctPerS: leaks.cleanWaterPctPerS,
    },
    stepS,
  );
  return { atmosphere, oxygen, water };
}

/** Attitude, then the gyroscopes that hold it and the antennas that turn with it. */
function advanceFlight(
  was: Station,
  { orbit, crew, normal }: Present,
): Pick<Station, 'attitude' | 'cmg' | 'communications'> {
  const attitude = advanceAttitude(was.attitude, { orbit, normal }, stepS);
  return {
    attitude,
    cmg: advanceCmg(was.cmg, { orbit, attitude, normal }, stepS),
    communications: advanceCommunications(
      was.communications,
      { orbit, crew, pitchErrorDeg: attitude.errorDeg[1], normal },
      stepS,
    ),
  };
}

/** What runs draws power: electrolysis, distillation, the water reactor, the crew's equipment, heaters at night. */
function stationDemandKw(was: Station, orbit: Orbit, crew: Crew): number {
  return (
    29.5 +
    0.15 * was.oxygen.poundsPerDay +
    (was.water.distilling ? 0.5 : 0) +
    (was.water.step === 'heatup' ? 0.9 : was.water.step === 'flow' ? 0.6 : 0) +
    crew.equipmentKw +
    2 * (1 - orbit.sunlight)
  );
}

/** Where the heat arises: avionics in medium loops, air in low loops, regeneration in Node 3. */
function waterLoopLoads(was: Station, crew: Crew, demandKw: number): Record<WaterLoopName, number> {
  const avionics = demandKw / meanHeatKw;
  const cabin = 1 + 0.08 * (was.atmosphere.cabinC - 22.4);
  const regeneration = 0.7 + 0.02 * was.oxygen.poundsPerDay + (was.water.distilling ? 0.12 : 0);
  return {
    labLow: 0.7 * cabin + 0.3 * (0.8 + 0.3 * crew.metabolism) + (was.atmosphere.labPort === 'on' ? 0.04 : -0.04),
    labMedium: avionics + 0.12 * crew.equipmentKw,
    node2Low: cabin + 0.1 * (crew.metabolism - 1),
    node2Medium: 0.6 + 0.4 * avionics + 0.15 * crew.equipmentKw,
    node3Low: cabin + 0.25 * crew.exercise - 0.05,
    node3Medium: regeneration + 0.2 * (avionics - 1),
  };
}
