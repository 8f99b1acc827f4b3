import { approach, wander } from '../first-order.ts';
import { counted, geometry, mode, sensor, swinging } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';
import type { Orbit } from './orbit.ts';

/** One external ammonia loop. */
interface AmmoniaLoop {
  readonly outletC: number;
  /** Swing of the outlet with the radiators' surroundings, and with the heat that it carries. */
  readonly surroundingsC: number;
  readonly perKwC: number;
  readonly pressureKpa: number;
  readonly flowKgPerH: number;
}

const ammoniaLoops = {
  a: { outletC: 2.7, surroundingsC: 1.5, perKwC: 0.09, pressureKpa: 2140, flowKgPerH: 3720 },
  b: { outletC: 3.1, surroundingsC: 1.2, perKwC: 0.11, pressureKpa: 2165, flowKgPerH: 3690 },
} satisfies Record<'a' | 'b', AmmoniaLoop>;

/** One internal water loop, cooled by an ammonia loop through an interface heat exchanger. */
interface WaterLoop {
  readonly temperatureId: string;
  readonly accumulatorId: string;
  readonly cooledBy: 'a' | 'b';
  readonly setPointC: number;
  /** How far the mixing valve lets the loop follow its heat (per relative load) and its ammonia loop (per kelvin). */
  readonly perLoadC: number;
  readonly perAmmoniaC: number;
  /** Level of the accumulator, and how much the water's expansion moves it. */
  readonly levelPct: number;
  readonly expansionPctPerC: number;
}

/** Low and medium temperature loops: air and avionics. */
export type WaterLoopName = 'labLow' | 'labMedium' | 'node2Low' | 'node2Medium' | 'node3Low' | 'node3Medium';

const waterLoops: Record<WaterLoopName, WaterLoop> = {
  labLow: waterLoop('USLAB000061', 'USLAB000056', 'a', 9.6, 1.6, 0.22, 52, 1.6),
  labMedium: waterLoop('USLAB000060', 'USLAB000057', 'b', 17.3, 2.4, 0.2, 47, 1.5),
  node2Low: waterLoop('NODE2000006', 'NODE2000002', 'a', 8.4, 1.8, 0.25, 58, 1.7),
  node2Medium: waterLoop('NODE2000007', 'NODE2000001', 'b', 17.8, 2.2, 0.22, 44, 1.5),
  node3Low: waterLoop('NODE3000013', 'NODE3000019', 'b', 10.2, 1.7, 0.24, 61, 1.6),
  node3Medium: waterLoop('NODE3000012', 'NODE3000017', 'a', 18.1, 2.1, 0.22, 49, 1.7),
};

function waterLoop(
  temperatureId: string,
  accumulatorId: string,
  cooledBy: 'a' | 'b',
  setPointC: number,
  perLoadC: number,
  perAmmoniaC: number,
  levelPct: number,
  expansionPctPerC: number,
): WaterLoop {
  return {
    temperatureId,
    accumulatorId,
    cooledBy,
    setPointC,
    perLoadC,
    perAmmoniaC,
    levelPct,
    expansionPctPerC,
  };
}

const waterLoopNames = Object.keys(waterLoops) as WaterLoopName[];

interface AmmoniaLoopState {
  readonly outletC: number;
  /** Ammonia left, relative to a full loop. */
  readonly inventory: number;
  readonly flowWander: number;
}

interface WaterLoopState {
  readonly supplyC: number;
  /** After the heat that it cools. */
  readonly returnC: number;
  /** Water lost from the accumulator, percent of its volume. */
  readonly lostPct: number;
  readonly loadWander: number;
}

export interface ThermalState {
  readonly ammonia: Readonly<Record<'a' | 'b', AmmoniaLoopState>>;
  readonly water: Readonly<Record<WaterLoopName, WaterLoopState>>;
  /** Radiators seen by Sun and Earth, lagging the orbit: 0 coldest, 1 warmest. */
  readonly surroundings: number;
  /** Radiator joints keep the radiators edge-on to the sun; degrees, 0 at noon and midnight. */
  readonly starboardRadiatorDeg: number;
  readonly portRadiatorDeg: number;
}

export interface ThermalInputs {
  readonly orbit: Orbit;
  /** All heat that the external loops carry away. */
  readonly heatKw: number;
  /** Relative to its mean, by internal loop. */
  readonly loads: Readonly<Record<WaterLoopName, number>>;
  /** Share of the loop's ammonia lost per second. */
  readonly ammoniaLeakPerS: Readonly<Record<'a' | 'b', number>>;
  /** Percent of the accumulator lost per second. */
  readonly waterLeakPctPerS: Readonly<Record<WaterLoopName, number>>;
  readonly normal: () => number;
}

export const meanHeatKw = 34;

const fullLoop = { inventory: 1, flowWander: 0 };

export const initialThermal: ThermalState = {
  ammonia: {
    a: { ...fullLoop, outletC: ammoniaLoops.a.outletC },
    b: { ...fullLoop, outletC: ammoniaLoops.b.outletC },
  },
  water: eachWaterLoop((name) => ({
    supplyC: waterLoops[name].setPointC,
    returnC: waterLoops[name].setPointC + 6,
    lostPct: 0,
    loadWander: 0,
  })),
  surroundings: 0.5,
  starboardRadiatorDeg: 0,
  portRadiatorDeg: 0,
};

/** Builds a record over the internal loops. */
export function eachWaterLoop<T>(of: (name: WaterLoopName) => T): Record<WaterLoopName, T> {
  return {
    labLow: of('labLow'),
    labMedium: of('labMedium'),
    node2Low: of('node2Low'),
    node2Medium: of('node2Medium'),
    node3Low: of('node3Low'),
    node3Medium: of('node3Medium'),
  };
}

/** Heat goes from racks and air into the water loops, from these into the ammonia loops, and from radiators to space. */
export function advanceThermal(state: ThermalState, inputs: ThermalInputs, dtS: number): ThermalState {
  const { orbit } = inputs;
  const seen = 0.65 * orbit.sunlight + 0.35 * (0.5 + 0.5 * Math.cos(2 * Math.PI * orbit.phase));
  const surroundings = approach(state.surroundings, seen, 500, dtS);
  const ammonia = {
    a: advanceAmmonia('a', state.ammonia.a, surroundings, inputs, dtS),
    b: advanceAmmonia('b', state.ammonia.b, surroundings, inputs, dtS),
  };
  return {
    surroundings,
    ammonia,
    water: eachWaterLoop((name) => advanceWater(name, state.water[name], ammonia, inputs, dtS)),
    starboardRadiatorDeg: 100 * Math.sin(2 * Math.PI * orbit.phase),
    portRadiatorDeg: -100 * Math.sin(2 * Math.PI * orbit.phase),
  };
}

function advanceAmmonia(
  name: 'a' | 'b',
  state: AmmoniaLoopState,
  surroundings: number,
  inputs: ThermalInputs,
  dtS: number,
): AmmoniaLoopState {
  const loop = ammoniaLoops[name];
  const inventory = state.inventory - inputs.ammoniaLeakPerS[name] * dtS;
  const target =
    loop.outletC +
    loop.surroundingsC * (surroundings - 0.5) +
    loop.perKwC * (inputs.heatKw - meanHeatKw) +
    25 * (1 - inventory);
  return {
    inventory,
    outletC: approach(state.outletC, target, 300, dtS),
    flowWander: wander(state.flowWander, 2, 600, dtS, inputs.normal()),
  };
}

function advanceWater(
  name: WaterLoopName,
  state: WaterLoopState,
  ammonia: ThermalState['ammonia'],
  inputs: ThermalInputs,
  dtS: number,
): WaterLoopState {
  const loop = waterLoops[name];
  const loadWander = wander(state.loadWander, 0.012, 900, dtS, inputs.normal());
  const load = inputs.loads[name] + loadWander;
  const supplied = loop.setPointC + loop.perLoadC * (load - 1);
  const fromAmmonia = loop.perAmmoniaC * (ammonia[loop.cooledBy].outletC - ammoniaLoops[loop.cooledBy].outletC);
  return {
    loadWander,
    supplyC: approach(state.supplyC, supplied + fromAmmonia, 240, dtS),
    returnC: approach(state.returnC, state.supplyC + 6 * load, 180, dtS),
    lostPct: state.lostPct + inputs.waterLeakPctPerS[name] * dtS,
  };
}

function pressureKpa(name: 'a' | 'b', state: AmmoniaLoopState): number {
  const loop = ammoniaLoops[name];
  return loop.pressureKpa * state.inventory + 9 * (state.outletC - loop.outletC);
}

function flowKgPerH(name: 'a' | 'b', state: AmmoniaLoopState): number {
  const loop = ammoniaLoops[name];
  const starved = 1 - 1.2 * (1 - state.inventory);
  return loop.flowKgPerH * starved + 22 * (state.outletC - loop.outletC) + state.flowWander;
}

/** Percent; the accumulator takes up what the loop's water expands by, from supply and return line. */
function accumulatorPct(name: WaterLoopName, state: WaterLoopState): number {
  const loop = waterLoops[name];
  const warmth = 0.5 * (state.supplyC - loop.setPointC) + 0.5 * (state.returnC - loop.setPointC - 6);
  return loop.levelPct + loop.expansionPctPerC * warmth - state.lostPct;
}

/** What a leak takes from a loop's inventory, per unit that its measured level falls. */
export const inventoryPerKpa = { a: 1 / ammoniaLoops.a.pressureKpa, b: 1 / ammoniaLoops.b.pressureKpa };

const autotrack = 5;

export const externalThermalChannels: readonly MeasuredChannel<ThermalState>[] = [
  sensor('S1000001', (state) => flowKgPerH('a', state.ammonia.a), 4, 10),
  sensor('S1000002', (state) => pressureKpa('a', state.ammonia.a), 0.9, 10),
  swinging('S1000003', (state) => state.ammonia.a.outletC, 0.05, 100),
  sensor('P1000001', (state) => flowKgPerH('b', state.ammonia.b), 4, 10),
  sensor('P1000002', (state) => pressureKpa('b', state.ammonia.b), 0.9, 10),
  swinging('P1000003', (state) => state.ammonia.b.outletC, 0.05, 100),
  geometry('S0000001', (state) => state.starboardRadiatorDeg, 10),
  geometry('S0000002', (state) => state.portRadiatorDeg, 10),
  mode('S0000007', () => autotrack),
  mode('S0000006', () => autotrack),
];

/** Only Node 3's medium loop, which cools the oxygen generator, follows the orbit closely. */
function temperature(name: WaterLoopName): MeasuredChannel<ThermalState> {
  const measured = name === 'node3Medium' ? swinging : sensor;
  return measured(waterLoops[name].temperatureId, (state) => state.water[name].supplyC, 0.04, 100);
}

export const internalThermalChannels: readonly MeasuredChannel<ThermalState>[] = waterLoopNames.flatMap((name) => [
  temperature(name),
  counted<ThermalState>(waterLoops[name].accumulatorId, (state) => accumulatorPct(name, state.water[name]), 0.12, 10),
]);
